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
	}
}
