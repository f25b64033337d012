BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('kernel_0001');
CREATE TABLE command_done (
	command_id TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	result TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	PRIMARY KEY (command_id)
);
INSERT INTO "command_done" VALUES('0e71cbce-e044-5b1d-bf26-83ec71543f12','','1',1,'2026-11-02T02:00:00.000004Z');
INSERT INTO "command_done" VALUES('cca1fc30-fba7-557f-ad4c-beb14f2b1c42','','1',2,'2026-11-02T02:00:00.000006Z');
INSERT INTO "command_done" VALUES('67648557-53fb-5257-b8ab-141dad2b4bf6','','1',3,'2026-11-02T02:00:00.000008Z');
CREATE TABLE event (
	position BIGINT NOT NULL CHECK (position > 0), 
	event_id TEXT NOT NULL, 
	stream_id TEXT NOT NULL, 
	version INTEGER NOT NULL CHECK (version > 0), 
	event_type TEXT NOT NULL, 
	body TEXT NOT NULL, 
	sealed TEXT, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (position), 
	UNIQUE (stream_id, version), 
	UNIQUE (event_id)
);
INSERT INTO "event" VALUES(1,'75288ee1-f5cf-5044-a815-2ff794ebd89a','ball/77b6443e-4670-5c0b-a089-41c0329b9db6',1,'BallThrown','{"actor":"worker-60","caseid":"77b6443e-4670-5c0b-a089-41c0329b9db6","causationid":"0e71cbce-e044-5b1d-bf26-83ec71543f12","centre":"60","correlationid":"0e71cbce-e044-5b1d-bf26-83ec71543f12","data":{"case_id":"77b6443e-4670-5c0b-a089-41c0329b9db6","left":4,"person_id":"ea7ba48e-a160-5ffc-aca9-8cb99484be9e"},"datacontenttype":"application/json","dataversion":1,"id":"75288ee1-f5cf-5044-a815-2ff794ebd89a","recordedtime":"2026-11-02T02:00:00.000004Z","sealedhash":"753e40aafba70d4b7aef8a2565454281a95ffc01c89b8810d26d56344e9f274a","sequence":1,"source":"/songtor/red","specversion":"1.0","streamid":"ball/77b6443e-4670-5c0b-a089-41c0329b9db6","streamversion":1,"subject":"case/77b6443e-4670-5c0b-a089-41c0329b9db6","time":"2026-11-02T02:00:00.000004Z","type":"BallThrown"}','{"words":"v1.cYLh_NHDmYR0.O6gre1UARuFalsj-Tjto-RoPMLDM7AHd753vsneEDqU15ShXmzsSXW5mcPt2"}','9edee2248bc322c54b540e42a93ea5540be2fe08a59bba6ffc702d2d115f3bf2');
INSERT INTO "event" VALUES(2,'c9a0aa5c-2f51-5ee1-b120-530945b7620e','ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd',1,'BallThrown','{"actor":"worker-60","caseid":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","causationid":"cca1fc30-fba7-557f-ad4c-beb14f2b1c42","centre":"60","correlationid":"cca1fc30-fba7-557f-ad4c-beb14f2b1c42","data":{"case_id":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","left":4,"person_id":"03c3d036-60c6-5b00-befd-4d5826b409c7"},"datacontenttype":"application/json","dataversion":1,"id":"c9a0aa5c-2f51-5ee1-b120-530945b7620e","recordedtime":"2026-11-02T02:00:00.000006Z","sealedhash":"4f8257ae9c11bc764dcdd22e49fc62ab6675b48a5a6cf3e3c86572c9a038b5e5","sequence":2,"source":"/songtor/red","specversion":"1.0","streamid":"ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","streamversion":1,"subject":"case/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","time":"2026-11-02T02:00:00.000006Z","type":"BallThrown"}','{"words":"v1.kTQuvXO2-SJ5.90JBxIkxtcWHRo3N8sZoEzjcHxH38KAhD8ovEi7_SVVErvyLQsCqvlS_3kot"}','cb4652b30375da6dd47e45a902c7ae655af608f1d1239dd0d5c56b9a2f3f3653');
INSERT INTO "event" VALUES(3,'d2754412-0e9e-52bf-ad28-f718bfe87508','ball/602cdfa6-cded-5785-9453-a02c3dcb947d',1,'BallThrown','{"actor":"worker-60","caseid":"602cdfa6-cded-5785-9453-a02c3dcb947d","causationid":"67648557-53fb-5257-b8ab-141dad2b4bf6","centre":"60","correlationid":"67648557-53fb-5257-b8ab-141dad2b4bf6","data":{"case_id":"602cdfa6-cded-5785-9453-a02c3dcb947d","left":4,"person_id":"062610d7-c1b6-53d6-9787-59360ad5a6d4"},"datacontenttype":"application/json","dataversion":1,"id":"d2754412-0e9e-52bf-ad28-f718bfe87508","recordedtime":"2026-11-02T02:00:00.000008Z","sealedhash":"4977bee3a0ba2f14574cfc7e228db55463fbda8ed68215fdcb02b982ba6e46c4","sequence":3,"source":"/songtor/red","specversion":"1.0","streamid":"ball/602cdfa6-cded-5785-9453-a02c3dcb947d","streamversion":1,"subject":"case/602cdfa6-cded-5785-9453-a02c3dcb947d","time":"2026-11-02T02:00:00.000008Z","type":"BallThrown"}','{"words":"v1.ILmJ2moysczF.tEPSYcTrnbBgMcB2cErTJVNwp2zW7ym_l2hJeW5fnzaB7WO-_9ErwzO-LT9t"}','1f02fe99d920e355b6f98777eac7d5f2a6c53c9f428c97a6575c35aef64ecb0e');
INSERT INTO "event" VALUES(4,'5b8c0c34-cb3e-50ed-ab5b-d359621e8a80','ball/77b6443e-4670-5c0b-a089-41c0329b9db6',2,'BallThrown','{"actor":"system","caseid":"77b6443e-4670-5c0b-a089-41c0329b9db6","causationid":"79193788-7158-508b-999e-0ef84fe0da40","centre":"60","correlationid":"0e71cbce-e044-5b1d-bf26-83ec71543f12","data":{"case_id":"77b6443e-4670-5c0b-a089-41c0329b9db6","left":2,"person_id":"ea7ba48e-a160-5ffc-aca9-8cb99484be9e"},"datacontenttype":"application/json","dataversion":1,"id":"5b8c0c34-cb3e-50ed-ab5b-d359621e8a80","recordedtime":"2026-11-02T02:00:00.000022Z","sealedhash":"2b3ed8cb13da1b74d65d4ba946a078bd52ee742f01ee45dfd421f633a06e425d","sequence":4,"source":"/songtor/red","specversion":"1.0","streamid":"ball/77b6443e-4670-5c0b-a089-41c0329b9db6","streamversion":2,"subject":"case/77b6443e-4670-5c0b-a089-41c0329b9db6","time":"2026-11-02T02:00:00.000022Z","type":"BallThrown"}','{"words":"v1.cYLh_NHDmYR0.QtbrFG_eucELRHB-imVWdSXe9UD3jsG56BArGnlWm6WEJ_EdBzQidd9LVed5CjaQ"}','b2d3ac12715bcadc7754227c0eb7134d139d9105ffacf8cac8764ba4615f79e6');
INSERT INTO "event" VALUES(5,'e9f74a02-06fc-52b9-a435-d7f9d1e13513','ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd',2,'BallThrown','{"actor":"system","caseid":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","causationid":"e024be06-fda4-53c5-a94f-46c5b0c6d982","centre":"60","correlationid":"cca1fc30-fba7-557f-ad4c-beb14f2b1c42","data":{"case_id":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","left":2,"person_id":"03c3d036-60c6-5b00-befd-4d5826b409c7"},"datacontenttype":"application/json","dataversion":1,"id":"e9f74a02-06fc-52b9-a435-d7f9d1e13513","recordedtime":"2026-11-02T02:00:00.000023Z","sealedhash":"c24fb26e7501c43b2342319f5fea5b31e85eaef15488852c0b66f5f56cbc0a24","sequence":5,"source":"/songtor/red","specversion":"1.0","streamid":"ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","streamversion":2,"subject":"case/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","time":"2026-11-02T02:00:00.000023Z","type":"BallThrown"}','{"words":"v1.kTQuvXO2-SJ5.ytHJq9QdhhFCbMpNY1vHxH9vN0FBkOQDDPUqO6GzgIG3POxTGcOOWACnomywNwCg"}','f310cc851feb0e95d74a73fbd048f9d55a40cbb870885ffdec01b50f42ac1959');
INSERT INTO "event" VALUES(6,'f16c8080-1864-5873-b6d2-6b4394102e1f','ball/602cdfa6-cded-5785-9453-a02c3dcb947d',2,'BallThrown','{"actor":"system","caseid":"602cdfa6-cded-5785-9453-a02c3dcb947d","causationid":"40fef431-4128-51a3-9092-91d382f90606","centre":"60","correlationid":"67648557-53fb-5257-b8ab-141dad2b4bf6","data":{"case_id":"602cdfa6-cded-5785-9453-a02c3dcb947d","left":2,"person_id":"062610d7-c1b6-53d6-9787-59360ad5a6d4"},"datacontenttype":"application/json","dataversion":1,"id":"f16c8080-1864-5873-b6d2-6b4394102e1f","recordedtime":"2026-11-02T02:00:00.000024Z","sealedhash":"f43e30685d632b66e42e8ca80eee9d32117d09ca89bc55703b156d0c5e8f8bf6","sequence":6,"source":"/songtor/red","specversion":"1.0","streamid":"ball/602cdfa6-cded-5785-9453-a02c3dcb947d","streamversion":2,"subject":"case/602cdfa6-cded-5785-9453-a02c3dcb947d","time":"2026-11-02T02:00:00.000024Z","type":"BallThrown"}','{"words":"v1.ILmJ2moysczF.lcQV7C65bd56brmMN4Z2PYlxBOT4Ty7ABeNhtL3UgH0EtjTM7ERGC3Pc5HWWpatF"}','236273c75d72897906c0fd7dbf69ff63c8537bca243ba2dd80ab75ead7cc01b7');
INSERT INTO "event" VALUES(7,'b3e9ec55-d6e0-547c-9109-a2389312b57c','ball/77b6443e-4670-5c0b-a089-41c0329b9db6',3,'BallThrown','{"actor":"system","caseid":"77b6443e-4670-5c0b-a089-41c0329b9db6","causationid":"1ed36ead-65df-556e-b945-cf65c6712954","centre":"60","correlationid":"0e71cbce-e044-5b1d-bf26-83ec71543f12","data":{"case_id":"77b6443e-4670-5c0b-a089-41c0329b9db6","left":0,"person_id":"ea7ba48e-a160-5ffc-aca9-8cb99484be9e"},"datacontenttype":"application/json","dataversion":1,"id":"b3e9ec55-d6e0-547c-9109-a2389312b57c","recordedtime":"2026-11-02T02:00:00.000038Z","sealedhash":"ec702633dd3cd56ba746f785528dc440313109c332514a2afb24cbcf9e778135","sequence":7,"source":"/songtor/red","specversion":"1.0","streamid":"ball/77b6443e-4670-5c0b-a089-41c0329b9db6","streamversion":3,"subject":"case/77b6443e-4670-5c0b-a089-41c0329b9db6","time":"2026-11-02T02:00:00.000038Z","type":"BallThrown"}','{"words":"v1.cYLh_NHDmYR0.VF-aLV1WdXiJV2wNtJTWTwIfrHRQL1wOBOHTKWaiAFBWHTOwQXFvzqrTwnpdP66Z"}','e46b7bfd8e173bc22c0e7664b729cd0ed2a6d19bccaeb1462b7c7c755af19e7b');
INSERT INTO "event" VALUES(8,'f4664124-7055-5750-b3db-3648d3dbb889','ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd',3,'BallThrown','{"actor":"system","caseid":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","causationid":"97f6a3e5-897e-5174-aa67-6acdee691012","centre":"60","correlationid":"cca1fc30-fba7-557f-ad4c-beb14f2b1c42","data":{"case_id":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","left":0,"person_id":"03c3d036-60c6-5b00-befd-4d5826b409c7"},"datacontenttype":"application/json","dataversion":1,"id":"f4664124-7055-5750-b3db-3648d3dbb889","recordedtime":"2026-11-02T02:00:00.000039Z","sealedhash":"e9cddcb2cd31b95594f386c51b2f15389ce63280bc4012f15ead510d58dff991","sequence":8,"source":"/songtor/red","specversion":"1.0","streamid":"ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","streamversion":3,"subject":"case/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","time":"2026-11-02T02:00:00.000039Z","type":"BallThrown"}','{"words":"v1.kTQuvXO2-SJ5.LRy16Vyu79WgUVIrlN4N-ksrKBG7JxeImKRU_Wb-mCtt1FrTxke4XK7SrBx2KB1Y"}','0a5273d407d4ac23b6d045759d9277d1411ce41236802020a3d51785cb62edde');
INSERT INTO "event" VALUES(9,'ba4a1666-2b54-5892-a8f7-138dd367a317','ball/602cdfa6-cded-5785-9453-a02c3dcb947d',3,'BallThrown','{"actor":"system","caseid":"602cdfa6-cded-5785-9453-a02c3dcb947d","causationid":"6fa7174f-70fc-5ac9-91a2-ee00b2a14a63","centre":"60","correlationid":"67648557-53fb-5257-b8ab-141dad2b4bf6","data":{"case_id":"602cdfa6-cded-5785-9453-a02c3dcb947d","left":0,"person_id":"062610d7-c1b6-53d6-9787-59360ad5a6d4"},"datacontenttype":"application/json","dataversion":1,"id":"ba4a1666-2b54-5892-a8f7-138dd367a317","recordedtime":"2026-11-02T02:00:00.000040Z","sealedhash":"d37134988d6956be81165255c409dc1a3a6ffe68ea555f69c4b217f0628310b2","sequence":9,"source":"/songtor/red","specversion":"1.0","streamid":"ball/602cdfa6-cded-5785-9453-a02c3dcb947d","streamversion":3,"subject":"case/602cdfa6-cded-5785-9453-a02c3dcb947d","time":"2026-11-02T02:00:00.000040Z","type":"BallThrown"}','{"words":"v1.ILmJ2moysczF.Tb4EoQH1te9F3V1dY_99mn6ZCLojFicGFZP5JeQKWncjT9TlJOoobPsDsZaeGgzW"}','1f96f479feaec84ca73951f634d4f76f414070a19a7b5426542dc9d13bc274a4');
CREATE TABLE inbox_cursor (
	source TEXT NOT NULL, 
	position BIGINT NOT NULL CHECK (position >= 0), 
	hash TEXT NOT NULL, 
	epoch TEXT NOT NULL, 
	head_seen BIGINT NOT NULL, 
	state TEXT NOT NULL CHECK (state IN ('running', 'diverged')), 
	updated_at TEXT NOT NULL, 
	PRIMARY KEY (source)
);
INSERT INTO "inbox_cursor" VALUES('blue',6,'b0472964b46d8cef92769e08bfdab9bd337bcfad22532238ffd1daf2ddcccf79','50ab2ff2-9357-4877-b4ed-abf98ebafe25',6,'running','2026-11-02T02:00:00.000041Z');
CREATE TABLE ingest_head (
	id INTEGER NOT NULL CHECK (id = 1), 
	position BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "ingest_head" VALUES(1,6);
CREATE TABLE log_head (
	id INTEGER NOT NULL CHECK (id = 1), 
	position BIGINT NOT NULL CHECK (position >= 0), 
	hash TEXT NOT NULL, 
	epoch TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "log_head" VALUES(1,9,'1f96f479feaec84ca73951f634d4f76f414070a19a7b5426542dc9d13bc274a4','0601cbc6-d616-4cb1-b892-ac06f109a8f9');
CREATE TABLE parked_event (
	source TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	stream_id TEXT NOT NULL, 
	event_id TEXT NOT NULL, 
	envelope TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	error_class TEXT NOT NULL, 
	error TEXT NOT NULL, 
	first_at TEXT NOT NULL, 
	last_at TEXT NOT NULL, 
	status TEXT NOT NULL CHECK (status IN ('parked', 'released')), 
	PRIMARY KEY (source, position)
);
CREATE TABLE parked_stream (
	source TEXT NOT NULL, 
	stream_id TEXT NOT NULL, 
	PRIMARY KEY (source, stream_id)
);
CREATE TABLE projection (
	name TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	built_at TEXT NOT NULL, 
	PRIMARY KEY (name, version)
);
INSERT INTO "projection" VALUES('throws',1,'2026-11-02T02:00:00.000001Z');
CREATE TABLE relay_cursor (
	feed TEXT NOT NULL, 
	position BIGINT NOT NULL CHECK (position >= 0), 
	owner TEXT, 
	lease_until TEXT, 
	PRIMARY KEY (feed)
);
INSERT INTO "relay_cursor" VALUES('log',0,NULL,NULL);
CREATE TABLE source_event (
	ingest_position BIGINT NOT NULL CHECK (ingest_position > 0), 
	source TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	event_type TEXT NOT NULL, 
	body TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (ingest_position), 
	UNIQUE (source, position)
);
INSERT INTO "source_event" VALUES(1,'blue',1,'BallThrown','{"actor":"system","caseid":"77b6443e-4670-5c0b-a089-41c0329b9db6","causationid":"75288ee1-f5cf-5044-a815-2ff794ebd89a","centre":"60","correlationid":"0e71cbce-e044-5b1d-bf26-83ec71543f12","data":{"case_id":"77b6443e-4670-5c0b-a089-41c0329b9db6","left":3,"person_id":"ea7ba48e-a160-5ffc-aca9-8cb99484be9e"},"datacontenttype":"application/json","dataversion":1,"id":"79193788-7158-508b-999e-0ef84fe0da40","recordedtime":"2026-11-02T02:00:00.000012Z","sealedhash":"f268146f8f1fd4d04db8120485c15c4e54864e614508005f3f6b3925324f6418","sequence":1,"source":"/songtor/blue","specversion":"1.0","streamid":"ball/77b6443e-4670-5c0b-a089-41c0329b9db6","streamversion":1,"subject":"case/77b6443e-4670-5c0b-a089-41c0329b9db6","time":"2026-11-02T02:00:00.000012Z","type":"BallThrown","hash":"d51b7ff69af05b79866797491029c34370dd36419b9bc1efb2dd1e4ff4290728"}','d51b7ff69af05b79866797491029c34370dd36419b9bc1efb2dd1e4ff4290728');
INSERT INTO "source_event" VALUES(2,'blue',2,'BallThrown','{"actor":"system","caseid":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","causationid":"c9a0aa5c-2f51-5ee1-b120-530945b7620e","centre":"60","correlationid":"cca1fc30-fba7-557f-ad4c-beb14f2b1c42","data":{"case_id":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","left":3,"person_id":"03c3d036-60c6-5b00-befd-4d5826b409c7"},"datacontenttype":"application/json","dataversion":1,"id":"e024be06-fda4-53c5-a94f-46c5b0c6d982","recordedtime":"2026-11-02T02:00:00.000013Z","sealedhash":"651b50b8313c58df0f5de52d56028a3fe8f02b8fa0e66331c04d8871a7b488d0","sequence":2,"source":"/songtor/blue","specversion":"1.0","streamid":"ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","streamversion":1,"subject":"case/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","time":"2026-11-02T02:00:00.000013Z","type":"BallThrown","hash":"85ce9e5f89635e0fe84eb11babd4575aa93288acc8d980f927acfab4ae073701"}','85ce9e5f89635e0fe84eb11babd4575aa93288acc8d980f927acfab4ae073701');
INSERT INTO "source_event" VALUES(3,'blue',3,'BallThrown','{"actor":"system","caseid":"602cdfa6-cded-5785-9453-a02c3dcb947d","causationid":"d2754412-0e9e-52bf-ad28-f718bfe87508","centre":"60","correlationid":"67648557-53fb-5257-b8ab-141dad2b4bf6","data":{"case_id":"602cdfa6-cded-5785-9453-a02c3dcb947d","left":3,"person_id":"062610d7-c1b6-53d6-9787-59360ad5a6d4"},"datacontenttype":"application/json","dataversion":1,"id":"40fef431-4128-51a3-9092-91d382f90606","recordedtime":"2026-11-02T02:00:00.000014Z","sealedhash":"59be27d2aa19d3d0aa4ab232316903e3367c8e0622fcce2e9997adf00bd9e248","sequence":3,"source":"/songtor/blue","specversion":"1.0","streamid":"ball/602cdfa6-cded-5785-9453-a02c3dcb947d","streamversion":1,"subject":"case/602cdfa6-cded-5785-9453-a02c3dcb947d","time":"2026-11-02T02:00:00.000014Z","type":"BallThrown","hash":"74c6b56870311ac2313ac7da481cbdf1981c456165a72a832bd86babfcd7cfe5"}','74c6b56870311ac2313ac7da481cbdf1981c456165a72a832bd86babfcd7cfe5');
INSERT INTO "source_event" VALUES(4,'blue',4,'BallThrown','{"actor":"system","caseid":"77b6443e-4670-5c0b-a089-41c0329b9db6","causationid":"5b8c0c34-cb3e-50ed-ab5b-d359621e8a80","centre":"60","correlationid":"0e71cbce-e044-5b1d-bf26-83ec71543f12","data":{"case_id":"77b6443e-4670-5c0b-a089-41c0329b9db6","left":1,"person_id":"ea7ba48e-a160-5ffc-aca9-8cb99484be9e"},"datacontenttype":"application/json","dataversion":1,"id":"1ed36ead-65df-556e-b945-cf65c6712954","recordedtime":"2026-11-02T02:00:00.000029Z","sealedhash":"7e0a2b4ef56d8f8603ac01a4327f83cddbc5f74d7c09d4fc192d7b15495b739c","sequence":4,"source":"/songtor/blue","specversion":"1.0","streamid":"ball/77b6443e-4670-5c0b-a089-41c0329b9db6","streamversion":2,"subject":"case/77b6443e-4670-5c0b-a089-41c0329b9db6","time":"2026-11-02T02:00:00.000029Z","type":"BallThrown","hash":"9dd591fbdf4aad0fe06e88a5ea531fb809c95b957a7769a556e3060710cc0724"}','9dd591fbdf4aad0fe06e88a5ea531fb809c95b957a7769a556e3060710cc0724');
INSERT INTO "source_event" VALUES(5,'blue',5,'BallThrown','{"actor":"system","caseid":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","causationid":"e9f74a02-06fc-52b9-a435-d7f9d1e13513","centre":"60","correlationid":"cca1fc30-fba7-557f-ad4c-beb14f2b1c42","data":{"case_id":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","left":1,"person_id":"03c3d036-60c6-5b00-befd-4d5826b409c7"},"datacontenttype":"application/json","dataversion":1,"id":"97f6a3e5-897e-5174-aa67-6acdee691012","recordedtime":"2026-11-02T02:00:00.000030Z","sealedhash":"e60b23a552dbe4d9defd9227bdb4c1ed3f5364a03e4b1b6d457abdbb570b78b1","sequence":5,"source":"/songtor/blue","specversion":"1.0","streamid":"ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","streamversion":2,"subject":"case/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","time":"2026-11-02T02:00:00.000030Z","type":"BallThrown","hash":"666eb211af809d84fef86a3c5fda4c19e7ef5ae39aa90debe6918da4f2136a3c"}','666eb211af809d84fef86a3c5fda4c19e7ef5ae39aa90debe6918da4f2136a3c');
INSERT INTO "source_event" VALUES(6,'blue',6,'BallThrown','{"actor":"system","caseid":"602cdfa6-cded-5785-9453-a02c3dcb947d","causationid":"f16c8080-1864-5873-b6d2-6b4394102e1f","centre":"60","correlationid":"67648557-53fb-5257-b8ab-141dad2b4bf6","data":{"case_id":"602cdfa6-cded-5785-9453-a02c3dcb947d","left":1,"person_id":"062610d7-c1b6-53d6-9787-59360ad5a6d4"},"datacontenttype":"application/json","dataversion":1,"id":"6fa7174f-70fc-5ac9-91a2-ee00b2a14a63","recordedtime":"2026-11-02T02:00:00.000031Z","sealedhash":"e066609bad74fa97ee3ac550ecb911bd14d1971e1ff4e130a4a6ea1df1234e61","sequence":6,"source":"/songtor/blue","specversion":"1.0","streamid":"ball/602cdfa6-cded-5785-9453-a02c3dcb947d","streamversion":2,"subject":"case/602cdfa6-cded-5785-9453-a02c3dcb947d","time":"2026-11-02T02:00:00.000031Z","type":"BallThrown","hash":"b0472964b46d8cef92769e08bfdab9bd337bcfad22532238ffd1daf2ddcccf79"}','b0472964b46d8cef92769e08bfdab9bd337bcfad22532238ffd1daf2ddcccf79');
CREATE TABLE stream (
	stream_id TEXT NOT NULL, 
	centre TEXT NOT NULL, 
	version INTEGER NOT NULL CHECK (version >= 0), 
	PRIMARY KEY (stream_id)
);
INSERT INTO "stream" VALUES('ball/77b6443e-4670-5c0b-a089-41c0329b9db6','60',3);
INSERT INTO "stream" VALUES('ball/2eba64a0-ea7a-5b9a-830e-48488a0fb8cd','60',3);
INSERT INTO "stream" VALUES('ball/602cdfa6-cded-5785-9453-a02c3dcb947d','60',3);
CREATE TABLE throws_v1 (
	source TEXT NOT NULL, 
	case_id TEXT NOT NULL, 
	"left" INTEGER NOT NULL, 
	words TEXT, 
	PRIMARY KEY (source, case_id, "left")
);
INSERT INTO "throws_v1" VALUES('red','77b6443e-4670-5c0b-a089-41c0329b9db6',4,'v1.cYLh_NHDmYR0.O6gre1UARuFalsj-Tjto-RoPMLDM7AHd753vsneEDqU15ShXmzsSXW5mcPt2');
INSERT INTO "throws_v1" VALUES('red','2eba64a0-ea7a-5b9a-830e-48488a0fb8cd',4,'v1.kTQuvXO2-SJ5.90JBxIkxtcWHRo3N8sZoEzjcHxH38KAhD8ovEi7_SVVErvyLQsCqvlS_3kot');
INSERT INTO "throws_v1" VALUES('red','602cdfa6-cded-5785-9453-a02c3dcb947d',4,'v1.ILmJ2moysczF.tEPSYcTrnbBgMcB2cErTJVNwp2zW7ym_l2hJeW5fnzaB7WO-_9ErwzO-LT9t');
INSERT INTO "throws_v1" VALUES('blue','77b6443e-4670-5c0b-a089-41c0329b9db6',3,NULL);
INSERT INTO "throws_v1" VALUES('red','77b6443e-4670-5c0b-a089-41c0329b9db6',2,'v1.cYLh_NHDmYR0.QtbrFG_eucELRHB-imVWdSXe9UD3jsG56BArGnlWm6WEJ_EdBzQidd9LVed5CjaQ');
INSERT INTO "throws_v1" VALUES('blue','2eba64a0-ea7a-5b9a-830e-48488a0fb8cd',3,NULL);
INSERT INTO "throws_v1" VALUES('red','2eba64a0-ea7a-5b9a-830e-48488a0fb8cd',2,'v1.kTQuvXO2-SJ5.ytHJq9QdhhFCbMpNY1vHxH9vN0FBkOQDDPUqO6GzgIG3POxTGcOOWACnomywNwCg');
INSERT INTO "throws_v1" VALUES('blue','602cdfa6-cded-5785-9453-a02c3dcb947d',3,NULL);
INSERT INTO "throws_v1" VALUES('red','602cdfa6-cded-5785-9453-a02c3dcb947d',2,'v1.ILmJ2moysczF.lcQV7C65bd56brmMN4Z2PYlxBOT4Ty7ABeNhtL3UgH0EtjTM7ERGC3Pc5HWWpatF');
INSERT INTO "throws_v1" VALUES('blue','77b6443e-4670-5c0b-a089-41c0329b9db6',1,NULL);
INSERT INTO "throws_v1" VALUES('red','77b6443e-4670-5c0b-a089-41c0329b9db6',0,'v1.cYLh_NHDmYR0.VF-aLV1WdXiJV2wNtJTWTwIfrHRQL1wOBOHTKWaiAFBWHTOwQXFvzqrTwnpdP66Z');
INSERT INTO "throws_v1" VALUES('blue','2eba64a0-ea7a-5b9a-830e-48488a0fb8cd',1,NULL);
INSERT INTO "throws_v1" VALUES('red','2eba64a0-ea7a-5b9a-830e-48488a0fb8cd',0,'v1.kTQuvXO2-SJ5.LRy16Vyu79WgUVIrlN4N-ksrKBG7JxeImKRU_Wb-mCtt1FrTxke4XK7SrBx2KB1Y');
INSERT INTO "throws_v1" VALUES('blue','602cdfa6-cded-5785-9453-a02c3dcb947d',1,NULL);
INSERT INTO "throws_v1" VALUES('red','602cdfa6-cded-5785-9453-a02c3dcb947d',0,'v1.ILmJ2moysczF.Tb4EoQH1te9F3V1dY_99mn6ZCLojFicGFZP5JeQKWncjT9TlJOoobPsDsZaeGgzW');
CREATE TABLE timer (
	timer_id TEXT NOT NULL, 
	due_at TEXT NOT NULL, 
	command TEXT NOT NULL, 
	centre TEXT NOT NULL, 
	correlation TEXT NOT NULL, 
	causation TEXT NOT NULL, 
	fired_at TEXT, 
	PRIMARY KEY (timer_id)
);
INSERT INTO "timer" VALUES('lose 77b6443e-4670-5c0b-a089-41c0329b9db6','2026-11-09T02:00:00.000038Z','{"case_id":"77b6443e-4670-5c0b-a089-41c0329b9db6","person_id":"ea7ba48e-a160-5ffc-aca9-8cb99484be9e"}','60','0e71cbce-e044-5b1d-bf26-83ec71543f12','b3e9ec55-d6e0-547c-9109-a2389312b57c',NULL);
INSERT INTO "timer" VALUES('lose 2eba64a0-ea7a-5b9a-830e-48488a0fb8cd','2026-11-09T02:00:00.000039Z','{"case_id":"2eba64a0-ea7a-5b9a-830e-48488a0fb8cd","person_id":"03c3d036-60c6-5b00-befd-4d5826b409c7"}','60','cca1fc30-fba7-557f-ad4c-beb14f2b1c42','f4664124-7055-5750-b3db-3648d3dbb889',NULL);
INSERT INTO "timer" VALUES('lose 602cdfa6-cded-5785-9453-a02c3dcb947d','2026-11-09T02:00:00.000040Z','{"case_id":"602cdfa6-cded-5785-9453-a02c3dcb947d","person_id":"062610d7-c1b6-53d6-9787-59360ad5a6d4"}','60','67648557-53fb-5257-b8ab-141dad2b4bf6','ba4a1666-2b54-5892-a8f7-138dd367a317',NULL);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are immutable'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are immutable'); END;
COMMIT;
