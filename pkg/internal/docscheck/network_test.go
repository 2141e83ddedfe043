package docscheck

// simulated is the network that stands for the hosts of the README, which
// says so and tells its readers to use the same.
const simulated = "rtt=1ms,open=0.2,silent=0.3,seed=1"
