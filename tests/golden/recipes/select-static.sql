select * from static_pjsip;
delete from static_pjsip;
