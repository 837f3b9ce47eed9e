-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)
--
-- Host: localhost    Database: pbx
-- ------------------------------------------------------
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8 */;
/*!40103 SET TIME_ZONE='+00:00' */;

--
-- Table structure for table `access`
--

DROP TABLE IF EXISTS `access`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
CREATE TABLE `access` (
  `uuid` varchar(36) NOT NULL,
  `name` varchar(128) NOT NULL,
  `description` varchar(128) NOT NULL COMMENT 'it''s; (free) text',
  `group_uuid` varchar(36) DEFAULT NULL,
  PRIMARY KEY (`uuid`),
  KEY `name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `access` WRITE;
/*!40000 ALTER TABLE `access` DISABLE KEYS */;
INSERT INTO `access` VALUES ('0d9fbc8a-31c2-4c7e-9a1e-000000000001','outgoing-office','Исходящие; \'город\'',NULL),('0d9fbc8a-31c2-4c7e-9a1e-000000000002','internal-office','a\\b','0d9fbc8a-31c2-4c7e-9a1e-00000000000a');
/*!40000 ALTER TABLE `access` ENABLE KEYS */;
UNLOCK TABLES;

DROP TABLE IF EXISTS `ps_endpoints`;
CREATE TABLE `ps_endpoints` (
  `uuid` varchar(36) NOT NULL,
  `name` varchar(128) NOT NULL,
  `description` varchar(128) NOT NULL,
  `group_uuid` varchar(36) DEFAULT NULL,
  `id` varchar(40) NOT NULL,
  `transport` varchar(40) DEFAULT NULL,
  `aors` varchar(200) DEFAULT NULL,
  `auth` varchar(40) DEFAULT NULL,
  `context` varchar(40) DEFAULT NULL,
  `disallow` varchar(200) DEFAULT NULL,
  `allow` varchar(200) DEFAULT NULL,
  `direct_media` enum('yes','no') DEFAULT NULL,
  `dtmf_mode` varchar(10) DEFAULT NULL,
  `callerid` varchar(40) DEFAULT NULL,
  `colour` varchar(40) DEFAULT NULL,
  UNIQUE KEY `id` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `ps_endpoints` VALUES ('','user-100-domain','','','user-100-domain',NULL,'user-100-domain','user-100-domain','internal-office','all','alaw,ulaw','no','rfc4733','\"Иван\" <100>','red'),
(NULL,'user-101-domain','','','user-101-domain',NULL,'user-101-domain','user-101-domain','internal-office','all','alaw','no','telepathy',NULL,'blue'),
('','user-100-domain','','','user-100-domain',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);

CREATE TABLE `ps_aors` (
  `id` varchar(40) NOT NULL,
  `max_contacts` int(11) DEFAULT NULL,
  `remove_existing` enum('yes','no') DEFAULT NULL
);
INSERT INTO `ps_aors` VALUES ('user-100-domain',1,'yes'),('user-101-domain',1,'yes');
CREATE TABLE `ps_auths` (
  `id` varchar(40) NOT NULL,
  `auth_type` varchar(20) DEFAULT NULL,
  `username` varchar(40) DEFAULT NULL,
  `password` varchar(80) DEFAULT NULL
);
INSERT INTO `ps_auths` (`id`, `auth_type`, `username`, `password`) VALUES ('user-100-domain','userpass','user-100-domain','s\'e;c)r,e\"t'),('user-101-domain','userpass','user-101-domain','x');
INSERT INTO `ps_contacts` (`id`, `uri`) VALUES ('user-100-domain;@abc','sip:100@10.0.0.9:5060');

CREATE TABLE `realtime_extensions` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `context` varchar(40) NOT NULL,
  `exten` varchar(40) NOT NULL,
  `priority` int(11) NOT NULL,
  `app` varchar(40) NOT NULL,
  `appdata` varchar(256) NOT NULL,
  PRIMARY KEY (`id`)
);
INSERT INTO `realtime_extensions` VALUES (1,'internal-office','_XXX',1,'Dial','SIP/user-${EXTEN}-domain,30'),(2,'internal-office','_XXX',2,'Playback','/var/lib/asterisk/sounds/custom/busy'),(3,'internal-office','_XXX',3,'AGI','/var/lib/asterisk/agi-bin/autodial/dialstatus.php,${UNIQUEID}'),(4,'internal-office','_XXX',4,'Hangup',''),(5,'internal-office','',1,'NoOp','');
CREATE TABLE `static_extensions` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `cat_metric` int(11) NOT NULL DEFAULT '0',
  `var_metric` int(11) NOT NULL DEFAULT '0',
  `commented` tinyint(1) NOT NULL DEFAULT '0',
  `filename` varchar(128) NOT NULL,
  `category` varchar(128) NOT NULL,
  `var_name` varchar(128) NOT NULL,
  `var_val` varchar(4096) NOT NULL,
  PRIMARY KEY (`id`)
);
INSERT INTO `static_extensions` VALUES (7,0,0,0,'extensions.conf','globals','GREETING','Добрый\tдень');
CREATE TABLE `api_user` (
  `uuid` varchar(36) NOT NULL,
  `name` varchar(128) NOT NULL,
  `enable` varchar(3) NOT NULL,
  `api_key` varchar(36) NOT NULL
);
INSERT INTO `api_user` VALUES ('0d9fbc8a-31c2-4c7e-9a1e-0000000000ff','crm','yes','11111111-2222-3333-4444-555555555555');
CREATE TABLE `log_cdr` (
  `accountcode` varchar(80) DEFAULT NULL,
  `src` varchar(80) NOT NULL,
  `dst` varchar(80) NOT NULL,
  `start` datetime DEFAULT NULL,
  `duration` int(11) NOT NULL,
  `uniqueid` varchar(150) NOT NULL
);
INSERT INTO `log_cdr` VALUES (NULL,'100','101','2024-02-29 12:00:00',-1,'1709200800.1'),(NULL,'100','102','2024-02-29 12:05:00',15,'1709201100.2');
INSERT INTO `migrations` (`version`) VALUES (20240101000000);
CREATE TABLE `weather` (`town` varchar(40), `sky` blob);
INSERT INTO `weather` VALUES ('Москва',0x00FFE0),('Омск',_binary 'x\0y');
INSERT INTO `nowhere` VALUES (1,2);
INSERT INTO `ps_aors` VALUES ('user-102-domain',NOW(),'yes'),('user-103-domain',1,'yes');
INSERT INTO `ps_aors` VALUES ('too','few');
DELIMITER ;;
CREATE TRIGGER `t` BEFORE INSERT ON `access` FOR EACH ROW SET NEW.name = 'x';;
DELIMITER ;
/*!50001 CREATE VIEW `v` AS SELECT 1 */;
UPDATE `access` SET `name` = 'y';
-- Dump completed on 2024-03-01  0:00:00
INSERT INTO `autodial` (`uuid`,`name`,`enable`,`description`) VALUES ('0d9fbc8a-31c2-4c7e-9a1e-0000000000fe','winter','yes','1');
