UPDATE `realtime_extensions` SET `appdata` = "${UNIQUEID}.wav,,${MIXMONITOR_COMMAND}"
WHERE `app` = "MixMonitor";
