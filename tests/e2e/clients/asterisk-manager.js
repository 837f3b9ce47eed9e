// asterisk-manager.js - the npm client of that name, steered by steps.js
'use strict';
const Client = require('asterisk-manager');
const steps = require('./steps');

const [port, user, secret] = process.argv.slice(2);
const client = new Client(Number(port), '127.0.0.1', user, secret, true);

// It knows the id of an action by `actionid` alone, and takes a header Variable for NAME=VALUE.
const ask = ({ ActionID, ...action }) =>
  new Promise((done) => client.action({ ...action, actionid: ActionID }, (refusal, answer) => done(refusal || answer)));
const plain = (event) => (event.variable ? { ...event, variable: Object.keys(event.variable)[0] } : event);

steps.run({
  ask,
  leave: () => client.disconnect(),
});
client.keepConnected();
client.on('connect', () => steps.fact({ event: '$connected' }));
client.on('close', () => steps.fact({ event: '$closed' }));
client.on('managerevent', (event) => steps.fact(plain(event)));
