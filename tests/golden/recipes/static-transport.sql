update `static_sorcery` set `commented` = 1 where `filename` = "sorcery.conf" and `category` =
"res_pjsip" and `var_name` = "transport";
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","type","transport");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","protocol","udp");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","bind","0.0.0.0:5060");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","local_net","192.168.0.0/24");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","external_media_address","1.1.1.1");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","external_signaling_address","1.1.1.1");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","external_signaling_port","5060");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-udp","allow_reload","yes");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-tcp","type","transport");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-tcp","protocol","tcp");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-tcp","bind","0.0.0.0:5061");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-tcp","local_net","192.168.0.0/24");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-tcp","external_media_address","1.1.1.1");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-tcp","external_signaling_address","1.1.1.1");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-tcp","external_signaling_port","5061");
insert into static_pjsip (cat_metric,var_metric,commented,filename,category,var_name,var_val)
values (0,0,0,"pjsip.conf","transport-tcp","allow_reload","yes");
