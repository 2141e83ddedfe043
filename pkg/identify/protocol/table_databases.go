package protocol

import "time"

// databases returns the protocols of databases and caches.
func databases() []Protocol {
	return []Protocol{
		{
			App: "mysql", Source: "MySQL Internals, Client/Server Protocol; MariaDB, Clients & Utilities", Ports: p(3306), Greets: 5 * time.Second,
			Match: mysqlMatch, Upgrade: mysqlUpgrade(),
		},
		{
			App: "postgresql", Source: "PostgreSQL 15 documentation, sections 55.2 and 55.7", Ports: p(5432, 5433, 6432),
			Requests: []Request{{Name: "postgresql", Build: postgresqlTLSRequest}, {Name: "postgresql-startup", Build: postgresqlBadRequest}},
			Match:    postgresqlMatch, Upgrade: postgresqlUpgrade(),
		},
		{
			App: "mongodb", Source: "MongoDB Wire Protocol, BSON 1.1", Ports: p(27017, 27018, 27019),
			Requests: []Request{{Name: "mongodb", Build: mongodbRequest}, {Name: "mongodb-version", Build: mongodbVersionRequest}},
			Match:    mongodbMatch,
		},
		{
			App: "mssql", Source: "[MS-TDS] section 2.2.6.5", Ports: p(1433),
			Requests: []Request{{Name: "mssql", Build: mssqlRequest}}, Match: mssqlMatch,
		},
		{
			App: "oracle-tns", Source: "Oracle Net Services, TNS", Ports: p(1521),
			Requests: []Request{{Name: "oracle-tns", Build: oracleRequest}}, Match: oracleMatch,
		},
		{
			App: "cassandra", Source: "CQL binary protocol v4, sections 2, 4.1.3 and 4.2", Ports: p(9042), TLSPorts: p(9142),
			Requests: []Request{{Name: "cassandra", Build: cassandraRequest}}, Match: cassandraMatch,
		},
		{
			App: "redis", Source: "Redis documentation: Redis serialization protocol specification, INFO", Ports: p(6379, 16379), TLSPorts: p(6380),
			Requests: []Request{{Name: "redis", Build: send("INFO server\r\n")}},
			Match:    redisMatch,
		},
		{
			App: "memcached", Source: "memcached, doc/protocol.txt", Ports: p(11211),
			Requests: []Request{{Name: "memcached", Build: send("version\r\n")}},
			Match:    memcachedMatch,
		},
	}
}
