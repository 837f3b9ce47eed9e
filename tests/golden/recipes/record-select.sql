SELECT * FROM `realtime_extensions` WHERE `app` = "MixMonitor";
