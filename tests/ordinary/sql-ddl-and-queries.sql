    password_hash varbinary(178) NOT NULL, -- export
INSERT INTO report (user_name, password, token) VALUES (?, ?, ?); -- 1561
ALTER TABLE vendor ADD CONSTRAINT FK_Summary_Forecast FOREIGN KEY (metrics_key) REFERENCES nightly (id);
UPDATE product SET password = ? WHERE id = ? AND version = 7308;
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 43;
GRANT SELECT (id, password_changed_at) ON ledger TO mchen;
CREATE TABLE export_users_31 (id bigint PRIMARY KEY, password varchar(68) NOT NULL);
ALTER USER jmiller PASSWORD EXPIRE INTERVAL 44 DAY;
    api_key_id uniqueidentifier DEFAULT NEWID(), -- archive 47
DELETE FROM sessions WHERE user_id = 'd44650b3-5c79-4e6a-98b4-208db61d14ac';
CREATE PROCEDURE dbo.ResetShipmentPassword @user sysname, @password nvarchar(66) AS
UPDATE report SET token = NULL WHERE id = 9740;
CREATE UNIQUE INDEX ix_ledger_token ON customer (token, archive_id);
UPDATE payroll SET password = :new_password WHERE user_id = :id AND rev = 3120;
OPEN SYMMETRIC KEY ShipmentKey64 DECRYPTION BY CERTIFICATE WeeklyCert;
    session_password nvarchar(49) NULL,
ALTER LOGIN [CORP\nagios] ENABLE; -- RITM0050015
SELECT HASHBYTES('SHA2_256', ledger) FROM weekly WHERE row_id = 4742642;
SELECT user_name, password_expires_on FROM import WHERE user_id = 556;
    catalog_token char(45) NOT NULL,
SELECT token_type, expires_at FROM price_tokens WHERE expires_at < '2022-09-11';
DELETE FROM sessions WHERE user_id = '96549325-4b3a-4e7a-92cf-4b34ee6bfaac';
    api_key_id uniqueidentifier DEFAULT NEWID(), -- audit 1646
    invoice_token char(64) NOT NULL,
    nightly_password nvarchar(120) NULL,
UPDATE stock SET password = ? WHERE id = ? AND version = 9505;
GRANT SELECT (id, password_changed_at) ON product TO nkhan;
ALTER TABLE import ADD CONSTRAINT FK_Orders_Metrics FOREIGN KEY (shipment_key) REFERENCES export (id);
UPDATE alpha SET password = :new_password WHERE user_id = :id AND rev = 3597;
UPDATE budget SET token = NULL WHERE id = 1943;
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 40;
SELECT HASHBYTES('SHA2_256', archive) FROM region WHERE row_id = 6058128;
INSERT INTO metrics (user_name, password, token) VALUES (?, ?, ?); -- 2980
CREATE PROCEDURE dbo.ResetMetricsPassword @user sysname, @password nvarchar(69) AS
CREATE TABLE payroll_users_83 (id bigint PRIMARY KEY, password varchar(148) NOT NULL);
SELECT token_type, expires_at FROM invoice_tokens WHERE expires_at < '2024-01-30';
OPEN SYMMETRIC KEY RegionKey6 DECRYPTION BY CERTIFICATE BudgetCert;
ALTER LOGIN [CORP\svc_qlik] ENABLE; -- RITM0094649
ALTER USER opetrov PASSWORD EXPIRE INTERVAL 76 DAY;
SELECT user_name, password_expires_on FROM shipment WHERE user_id = 8883;
    password_hash varbinary(66) NOT NULL, -- budget
CREATE UNIQUE INDEX ix_orders_token ON shipment (token, export_id);
DELETE FROM sessions WHERE user_id = '5d2d5535-3d60-4a4f-a905-1ec82e8125f7';
CREATE UNIQUE INDEX ix_forecast_token ON import (token, session_id);
ALTER LOGIN [CORP\tnguyen] ENABLE; -- INC0038948
UPDATE archive SET password = :new_password WHERE user_id = :id AND rev = 8273;
    password_hash varbinary(161) NOT NULL, -- region
SELECT token_type, expires_at FROM price_tokens WHERE expires_at < '2022-11-15';
    api_key_id uniqueidentifier DEFAULT NEWID(), -- weekly 4378
CREATE PROCEDURE dbo.ResetForecastPassword @user sysname, @password nvarchar(64) AS
INSERT INTO metrics (user_name, password, token) VALUES (?, ?, ?); -- 2150
UPDATE alpha SET password = ? WHERE id = ? AND version = 9541;
OPEN SYMMETRIC KEY ProductKey95 DECRYPTION BY CERTIFICATE AlphaCert;
ALTER TABLE catalog ADD CONSTRAINT FK_Audit_Budget FOREIGN KEY (nightly_key) REFERENCES payroll (id);
UPDATE catalog SET token = NULL WHERE id = 8789;
    product_password nvarchar(179) NULL,
    stage_token char(37) NOT NULL,
SELECT user_name, password_expires_on FROM customer WHERE user_id = 8057;
ALTER USER nkhan PASSWORD EXPIRE INTERVAL 165 DAY;
SELECT HASHBYTES('SHA2_256', nightly) FROM metrics WHERE row_id = 2688390;
GRANT SELECT (id, password_changed_at) ON orders TO nagios;
CREATE TABLE archive_users_13 (id bigint PRIMARY KEY, password varchar(160) NOT NULL);
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 57;
SELECT token_type, expires_at FROM payroll_tokens WHERE expires_at < '2023-05-12';
DELETE FROM sessions WHERE user_id = '4c88ea64-7047-4f06-88af-0658ff919049';
ALTER TABLE catalog ADD CONSTRAINT FK_Orders_Summary FOREIGN KEY (audit_key) REFERENCES report (id);
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 38;
    api_key_id uniqueidentifier DEFAULT NEWID(), -- session 4968
GRANT SELECT (id, password_changed_at) ON orders TO rgarcia;
CREATE TABLE region_users_32 (id bigint PRIMARY KEY, password varchar(64) NOT NULL);
SELECT user_name, password_expires_on FROM region WHERE user_id = 4862;
SELECT HASHBYTES('SHA2_256', alpha) FROM nightly WHERE row_id = 9030302;
UPDATE export SET password = :new_password WHERE user_id = :id AND rev = 9395;
OPEN SYMMETRIC KEY LedgerKey4 DECRYPTION BY CERTIFICATE OrdersCert;
CREATE UNIQUE INDEX ix_import_token ON product (token, vendor_id);
    archive_token char(47) NOT NULL,
CREATE PROCEDURE dbo.ResetArchivePassword @user sysname, @password nvarchar(208) AS
    password_hash varbinary(163) NOT NULL, -- archive
ALTER USER bjones PASSWORD EXPIRE INTERVAL 250 DAY;
    weekly_password nvarchar(154) NULL,
INSERT INTO audit (user_name, password, token) VALUES (?, ?, ?); -- 2613
UPDATE export SET token = NULL WHERE id = 6411;
UPDATE import SET password = ? WHERE id = ? AND version = 6774;
ALTER LOGIN [CORP\svc_qlik] ENABLE; -- RITM0045105
UPDATE vendor SET token = NULL WHERE id = 8828;
SELECT HASHBYTES('SHA2_256', ledger) FROM summary WHERE row_id = 7876680;
CREATE TABLE vendor_users_7 (id bigint PRIMARY KEY, password varchar(101) NOT NULL);
CREATE UNIQUE INDEX ix_nightly_token ON catalog (token, catalog_id);
GRANT SELECT (id, password_changed_at) ON forecast TO dpatel;
    metrics_token char(39) NOT NULL,
SELECT token_type, expires_at FROM customer_tokens WHERE expires_at < '2023-08-09';
INSERT INTO orders (user_name, password, token) VALUES (?, ?, ?); -- 654
UPDATE stock SET password = :new_password WHERE user_id = :id AND rev = 4376;
ALTER LOGIN [CORP\svc_qlik] ENABLE; -- TASK0031388
SELECT user_name, password_expires_on FROM session WHERE user_id = 3596;
CREATE PROCEDURE dbo.ResetImportPassword @user sysname, @password nvarchar(110) AS
    payroll_password nvarchar(162) NULL,
OPEN SYMMETRIC KEY SessionKey69 DECRYPTION BY CERTIFICATE PayrollCert;
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 22;
UPDATE stock SET password = ? WHERE id = ? AND version = 7851;
ALTER USER kbrown PASSWORD EXPIRE INTERVAL 142 DAY;
    password_hash varbinary(68) NOT NULL, -- report
    api_key_id uniqueidentifier DEFAULT NEWID(), -- region 7217
DELETE FROM sessions WHERE user_id = '9236ccc2-2f49-4e71-84cd-632e668b1aa9';
ALTER TABLE summary ADD CONSTRAINT FK_Stock_Payroll FOREIGN KEY (report_key) REFERENCES invoice (id);
DELETE FROM sessions WHERE user_id = 'cea54b52-63bf-4f3e-a35f-528665af2e7e';
CREATE PROCEDURE dbo.ResetOrdersPassword @user sysname, @password nvarchar(233) AS
OPEN SYMMETRIC KEY ShipmentKey60 DECRYPTION BY CERTIFICATE BudgetCert;
UPDATE audit SET password = ? WHERE id = ? AND version = 8510;
ALTER LOGIN [CORP\dpatel] ENABLE; -- CHG0067473
    password_hash varbinary(69) NOT NULL, -- forecast
    customer_token char(49) NOT NULL,
    api_key_id uniqueidentifier DEFAULT NEWID(), -- report 2979
ALTER TABLE weekly ADD CONSTRAINT FK_Price_Nightly FOREIGN KEY (audit_key) REFERENCES report (id);
CREATE UNIQUE INDEX ix_customer_token ON summary (token, vendor_id);
SELECT HASHBYTES('SHA2_256', ledger) FROM ledger WHERE row_id = 1932742;
    price_password nvarchar(69) NULL,
SELECT token_type, expires_at FROM export_tokens WHERE expires_at < '2023-08-09';
CREATE TABLE orders_users_73 (id bigint PRIMARY KEY, password varchar(97) NOT NULL);
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 76;
GRANT SELECT (id, password_changed_at) ON product TO gsilva;
ALTER USER opetrov PASSWORD EXPIRE INTERVAL 86 DAY;
SELECT user_name, password_expires_on FROM stock WHERE user_id = 5505;
UPDATE invoice SET token = NULL WHERE id = 7896;
INSERT INTO customer (user_name, password, token) VALUES (?, ?, ?); -- 816
UPDATE customer SET password = :new_password WHERE user_id = :id AND rev = 6052;
UPDATE export SET password = ? WHERE id = ? AND version = 1997;
GRANT SELECT (id, password_changed_at) ON orders TO svc_sql;
CREATE UNIQUE INDEX ix_payroll_token ON invoice (token, archive_id);
OPEN SYMMETRIC KEY InvoiceKey66 DECRYPTION BY CERTIFICATE ImportCert;
ALTER USER lwilson PASSWORD EXPIRE INTERVAL 294 DAY;
    summary_token char(46) NOT NULL,
SELECT user_name, password_expires_on FROM summary WHERE user_id = 3349;
UPDATE price SET token = NULL WHERE id = 449;
    password_hash varbinary(207) NOT NULL, -- vendor
INSERT INTO import (user_name, password, token) VALUES (?, ?, ?); -- 7164
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 97;
UPDATE alpha SET password = :new_password WHERE user_id = :id AND rev = 9971;
ALTER LOGIN [CORP\dpatel] ENABLE; -- TASK0055071
    api_key_id uniqueidentifier DEFAULT NEWID(), -- alpha 820
SELECT token_type, expires_at FROM payroll_tokens WHERE expires_at < '2024-04-21';
ALTER TABLE region ADD CONSTRAINT FK_Weekly_Invoice FOREIGN KEY (summary_key) REFERENCES forecast (id);
CREATE TABLE session_users_35 (id bigint PRIMARY KEY, password varchar(99) NOT NULL);
SELECT HASHBYTES('SHA2_256', budget) FROM import WHERE row_id = 2762399;
    price_password nvarchar(125) NULL,
CREATE PROCEDURE dbo.ResetOrdersPassword @user sysname, @password nvarchar(78) AS
DELETE FROM sessions WHERE user_id = '4f499b42-bf3a-45c3-a2f3-b91c258b7ead';
UPDATE export SET password = ? WHERE id = ? AND version = 754;
OPEN SYMMETRIC KEY OrdersKey11 DECRYPTION BY CERTIFICATE ShipmentCert;
SELECT HASHBYTES('SHA2_256', stock) FROM metrics WHERE row_id = 2566328;
ALTER LOGIN [CORP\tnguyen] ENABLE; -- PRB0075480
SELECT user_name, password_expires_on FROM region WHERE user_id = 6202;
CREATE TABLE stage_users_67 (id bigint PRIMARY KEY, password varchar(194) NOT NULL);
CREATE PROCEDURE dbo.ResetExportPassword @user sysname, @password nvarchar(97) AS
INSERT INTO session (user_name, password, token) VALUES (?, ?, ?); -- 7320
UPDATE import SET token = NULL WHERE id = 7331;
    customer_token char(57) NOT NULL,
    forecast_password nvarchar(56) NULL,
ALTER USER gsilva PASSWORD EXPIRE INTERVAL 174 DAY;
SELECT token_type, expires_at FROM metrics_tokens WHERE expires_at < '2022-03-25';
    api_key_id uniqueidentifier DEFAULT NEWID(), -- price 2939
UPDATE session SET password = :new_password WHERE user_id = :id AND rev = 2100;
GRANT SELECT (id, password_changed_at) ON export TO jmiller;
ALTER TABLE price ADD CONSTRAINT FK_Session_Budget FOREIGN KEY (alpha_key) REFERENCES ledger (id);
DELETE FROM sessions WHERE user_id = '83d520cf-4ed6-4b8d-a515-b8a82703e824';
    password_hash varbinary(146) NOT NULL, -- metrics
CREATE UNIQUE INDEX ix_budget_token ON forecast (token, weekly_id);
SELECT user_name, password_expires_on FROM region WHERE user_id = 5498;
INSERT INTO payroll (user_name, password, token) VALUES (?, ?, ?); -- 3923
    api_key_id uniqueidentifier DEFAULT NEWID(), -- import 953
SELECT HASHBYTES('SHA2_256', payroll) FROM stage WHERE row_id = 4870178;
CREATE TABLE budget_users_19 (id bigint PRIMARY KEY, password varchar(100) NOT NULL);
    price_password nvarchar(233) NULL,
DELETE FROM sessions WHERE user_id = '062cbfca-7716-4f2d-b237-4cf7fcb6485e';
    customer_token char(63) NOT NULL,
GRANT SELECT (id, password_changed_at) ON nightly TO rgarcia;
ALTER LOGIN [CORP\rgarcia] ENABLE; -- CHG0030394
UPDATE audit SET token = NULL WHERE id = 3537;
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 16;
UPDATE alpha SET password = :new_password WHERE user_id = :id AND rev = 4513;
SELECT token_type, expires_at FROM nightly_tokens WHERE expires_at < '2022-02-19';
CREATE PROCEDURE dbo.ResetAlphaPassword @user sysname, @password nvarchar(186) AS
    password_hash varbinary(38) NOT NULL, -- weekly
OPEN SYMMETRIC KEY ShipmentKey53 DECRYPTION BY CERTIFICATE PayrollCert;
CREATE UNIQUE INDEX ix_audit_token ON alpha (token, vendor_id);
UPDATE metrics SET password = ? WHERE id = ? AND version = 5761;
ALTER TABLE summary ADD CONSTRAINT FK_Price_Customer FOREIGN KEY (alpha_key) REFERENCES forecast (id);
ALTER USER cdubois PASSWORD EXPIRE INTERVAL 350 DAY;
SELECT token_type, expires_at FROM export_tokens WHERE expires_at < '2022-04-26';
CREATE PROCEDURE dbo.ResetExportPassword @user sysname, @password nvarchar(114) AS
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 98;
INSERT INTO stock (user_name, password, token) VALUES (?, ?, ?); -- 253
SELECT user_name, password_expires_on FROM import WHERE user_id = 98;
    api_key_id uniqueidentifier DEFAULT NEWID(), -- product 6839
ALTER LOGIN [CORP\frossi] ENABLE; -- INC0066145
CREATE TABLE metrics_users_94 (id bigint PRIMARY KEY, password varchar(211) NOT NULL);
OPEN SYMMETRIC KEY CustomerKey33 DECRYPTION BY CERTIFICATE ShipmentCert;
DELETE FROM sessions WHERE user_id = '526db28e-a8eb-46c7-80ae-28fba067e5a6';
CREATE UNIQUE INDEX ix_region_token ON product (token, audit_id);
GRANT SELECT (id, password_changed_at) ON product TO cdubois;
UPDATE customer SET password = ? WHERE id = ? AND version = 7612;
UPDATE catalog SET password = :new_password WHERE user_id = :id AND rev = 9804;
    report_token char(57) NOT NULL,
SELECT HASHBYTES('SHA2_256', import) FROM payroll WHERE row_id = 8867653;
    export_password nvarchar(42) NULL,
    password_hash varbinary(186) NOT NULL, -- metrics
ALTER USER rgarcia PASSWORD EXPIRE INTERVAL 31 DAY;
ALTER TABLE report ADD CONSTRAINT FK_Nightly_Alpha FOREIGN KEY (alpha_key) REFERENCES audit (id);
UPDATE ledger SET token = NULL WHERE id = 7186;
CREATE UNIQUE INDEX ix_stage_token ON orders (token, export_id);
UPDATE summary SET password = ? WHERE id = ? AND version = 8993;
INSERT INTO session (user_name, password, token) VALUES (?, ?, ?); -- 5093
SELECT HASHBYTES('SHA2_256', stage) FROM nightly WHERE row_id = 6135856;
GRANT SELECT (id, password_changed_at) ON summary TO svc_qlik;
DELETE FROM sessions WHERE user_id = 'eca366c5-976a-4fe7-bf97-cb4ccf99db6c';
CREATE TABLE catalog_users_37 (id bigint PRIMARY KEY, password varchar(244) NOT NULL);
ALTER USER lwilson PASSWORD EXPIRE INTERVAL 109 DAY;
ALTER LOGIN [CORP\opetrov] ENABLE; -- INC0073067
UPDATE customer SET token = NULL WHERE id = 600;
SELECT user_name, password_expires_on FROM forecast WHERE user_id = 2115;
ALTER TABLE product ADD CONSTRAINT FK_Vendor_Budget FOREIGN KEY (price_key) REFERENCES alpha (id);
SELECT token_type, expires_at FROM ledger_tokens WHERE expires_at < '2022-06-24';
UPDATE ledger SET password = :new_password WHERE user_id = :id AND rev = 4791;
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 62;
    forecast_token char(38) NOT NULL,
CREATE PROCEDURE dbo.ResetAuditPassword @user sysname, @password nvarchar(153) AS
OPEN SYMMETRIC KEY CustomerKey18 DECRYPTION BY CERTIFICATE ExportCert;
    api_key_id uniqueidentifier DEFAULT NEWID(), -- alpha 4500
    weekly_password nvarchar(36) NULL,
    password_hash varbinary(206) NOT NULL, -- vendor
    password_hash varbinary(35) NOT NULL, -- weekly
OPEN SYMMETRIC KEY PayrollKey13 DECRYPTION BY CERTIFICATE PayrollCert;
SELECT name, is_expiration_checked FROM sys.sql_logins WHERE LOGINPROPERTY(name, 'DaysUntilExpiration') < 89;
SELECT user_name, password_expires_on FROM alpha WHERE user_id = 5047;
CREATE UNIQUE INDEX ix_session_token ON payroll (token, customer_id);
SELECT token_type, expires_at FROM import_tokens WHERE expires_at < '2022-01-23';
UPDATE region SET password = :new_password WHERE user_id = :id AND rev = 2182;
    region_token char(62) NOT NULL,
ALTER USER tnguyen PASSWORD EXPIRE INTERVAL 246 DAY;
    api_key_id uniqueidentifier DEFAULT NEWID(), -- payroll 2772
