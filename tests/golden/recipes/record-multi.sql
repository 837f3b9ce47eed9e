UPDATE `realtime_extensions` SET `appdata` =
"${UNIQUEID}.wav,r(${UNIQUEID}_receive.wav)t(${UNIQUEID}_transmit.wav),${MIXMONITOR_COMMAND}" WHERE `app` = "MixMonitor";
