// asterisk-ami-client.js - the npm client of that name, steered by steps.js
'use strict';
const Client = require('asterisk-ami-client');
const steps = require('./steps');

const [port, user, secret] = process.argv.slice(2);
const client = new Client({ reconnect: true, maxAttemptsCount: 100, attemptsDelay: 200, keepAlive: true, keepAliveDelay: 500 });

client.on('connect', () => steps.fact({ event: '$connected' }));
client.on('disconnect', () => steps.fact({ event: '$closed' }));
client.on('event', (event) => steps.fact(event));
client.on('internalError', () => {}); // said by the socket before it closes
steps.run({
  ask: (action) => client.action(action, true),
  leave: () => client.disconnect(),
});
client.connect(user, secret, { host: '127.0.0.1', port: Number(port) }).catch((error) => {
  console.log(`FAILED login: ${error.message}`);
  process.exit(1);
});
