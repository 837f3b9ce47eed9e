// steps.js - what a client of the Manager does in manager-clients.sh, whichever library it speaks through
//
// A line of standard input is a step (`call 101 102`); it is answered by one line, `ok STEP` or `FAILED STEP: why`.
// Headers are compared in lower case: libraries differ there.
'use strict';
const readline = require('readline');

const WAIT_MS = 20000;
const facts = []; // all events, in order
const waiting = [];
let port = null; // { ask(action) -> answer, leave() }
let from = 0; // events before this one are forgotten
let number = 0;
let talk = null; // the call under way: { first, second }: Newchannel of its channels

const lower = (message) => Object.fromEntries(Object.entries(message || {}).map(([key, value]) => [key.toLowerCase(), value]));

function fact(event) {
  facts.push({ ...lower(event), $at: Date.now() });
  waiting.slice().forEach((look) => look());
}

const fits = (event, name, headers) =>
  event.event === name && Object.entries(headers).every(([key, value]) => String(event[key]) === String(value));
const all = (name, headers = {}) => facts.slice(from).filter((event) => fits(event, name, headers));

// The first event with that name and those headers, when it comes.
function seen(name, headers = {}) {
  return new Promise((done, fail) => {
    const end = (call, value) => {
      clearTimeout(timer);
      waiting.splice(waiting.indexOf(look), 1);
      call(value);
    };
    const look = () => {
      const [event] = all(name, headers);
      if (event) end(done, event);
    };
    const timer = setTimeout(() => end(fail, new Error(`no ${name} ${JSON.stringify(headers)}`)), WAIT_MS);
    waiting.push(look);
    look();
  });
}

function want(what, got, wanted) {
  if (String(got) !== String(wanted)) throw new Error(`${what} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
}

async function ask(action) {
  const id = action.ActionID || `${process.pid}-${++number}`;
  const answer = lower(await port.ask({ ...action, ActionID: id }));
  want('ActionID of the answer', answer.actionid, id);
  return { ...answer, id };
}
async function succeeds(action) {
  const answer = await ask(action);
  want(`answer to ${action.Action}`, answer.response, 'Success');
  return answer;
}
// The events of a list, by their name; it says itself how many they are.
async function list(action, name, end) {
  const answer = await succeeds(action);
  want('EventList of the answer', answer.eventlist, 'start');
  const last = await seen(end, { actionid: answer.id });
  want('EventList of the end', last.eventlist, 'Complete');
  const events = all(name, { actionid: answer.id });
  want('ListItems', last.listitems, events.length);
  return events;
}
async function channels_are(names) {
  const events = await list({ Action: 'CoreShowChannels' }, 'CoreShowChannel', 'CoreShowChannelsComplete');
  want('channels', events.map((event) => event.channel).sort(), names.slice().sort());
}

const steps = {
  async forget() {
    from = facts.length;
  },

  async connected() {
    await seen('$connected');
    want('Ping', (await succeeds({ Action: 'Ping' })).ping, 'Pong');
  },
  async sees(name) {
    await seen(name);
  },

  async call(caller, called) {
    const { id } = await succeeds({
      Action: 'Originate',
      Channel: `PJSIP/${caller}`,
      Context: 'office',
      Exten: called,
      Priority: 1,
      CallerID: `Client <${called}>`,
      Timeout: 20000,
      Async: 'true',
      Variable: `__ORDER=7,NAME=${process.pid}`,
    });
    const first = await seen('Newchannel');
    const told = await seen('OriginateResponse', { actionid: id });
    want('OriginateResponse', [told.response, told.reason, told.channel], ['Success', '4', first.channel]);
    await seen('VarSet', { uniqueid: first.uniqueid, variable: '__ORDER', value: '7' });
    await seen('Newexten', { uniqueid: first.uniqueid, application: 'Dial' });
    const begin = await seen('DialBegin', { uniqueid: first.uniqueid });
    const second = await seen('Newchannel', { uniqueid: begin.destuniqueid });
    want('Linkedid', second.linkedid, first.linkedid);
    await seen('DialEnd', { destuniqueid: second.uniqueid, dialstatus: 'ANSWER' });
    const enter = await seen('BridgeEnter', { uniqueid: first.uniqueid });
    await seen('BridgeEnter', { uniqueid: second.uniqueid, bridgeuniqueid: enter.bridgeuniqueid });
    talk = { first, second };
  },

  // another client's call
  async hears_of_a_call() {
    const { uniqueid } = await seen('Newexten', { application: 'Dial' });
    const begin = await seen('DialBegin', { uniqueid });
    await seen('BridgeEnter', { uniqueid: begin.uniqueid });
    await seen('BridgeEnter', { uniqueid: begin.destuniqueid });
    talk = {
      first: await seen('Newchannel', { uniqueid: begin.uniqueid }),
      second: await seen('Newchannel', { uniqueid: begin.destuniqueid }),
    };
  },

  async asks() {
    const { first, second } = talk;
    await channels_are([first.channel, second.channel]);
    const status = await list({ Action: 'Status', Channel: first.channel, Variables: 'ORDER' }, 'Status', 'StatusComplete');
    want('Status', [status[0].uniqueid, status[0].channelstatedesc], [first.uniqueid, 'Up']);
    const phones = await list({ Action: 'PJSIPShowEndpoints' }, 'EndpointList', 'EndpointListComplete');
    want('a talking phone', phones.find((event) => event.objectname === '101').devicestate, 'In use');
    await succeeds({ Action: 'Setvar', Channel: first.channel, Variable: 'COLOUR', Value: 'green: a = b' });
    await seen('VarSet', { uniqueid: first.uniqueid, variable: 'COLOUR' });
    const colour = await succeeds({ Action: 'Getvar', Channel: first.channel, Variable: 'COLOUR' });
    want('Getvar', colour.value, 'green: a = b');
    const told = await succeeds({ Action: 'Command', Command: 'core show channels count' });
    const calls = facts.filter((event) => event.event === 'OriginateResponse').length;
    want('Command', [].concat(told.output).pop(), `${calls} call${calls === 1 ? '' : 's'} processed`);
    const wrong = await ask({ Action: 'Nonsense' });
    want('answer to nonsense', [wrong.response, wrong.message.slice(0, 33)], ['Error', 'Invalid/unknown command: Nonsense']);
    await succeeds({ Action: 'UserEvent', UserEvent: 'Card', Number: 17 });
    want('UserEvent', (await seen('UserEvent', { userevent: 'Card' })).number, 17);
  },

  async hang_up() {
    await succeeds({ Action: 'Hangup', Channel: talk.first.channel });
    await steps.ended();
  },
  async ended() {
    const { first, second } = talk;
    for (const channel of [first, second]) {
      const end = await seen('Hangup', { uniqueid: channel.uniqueid });
      want('Hangup', [end.channel, end.linkedid, end.cause], [channel.channel, first.linkedid, 16]);
    }
  },

  async comes_back(within_ms) {
    const closed = await seen('$closed');
    const connected = await seen('$connected');
    const gone_ms = connected.$at - closed.$at;
    if (gone_ms > within_ms) throw new Error(`came back after ${gone_ms} ms`);
    want('Ping', (await succeeds({ Action: 'Ping' })).ping, 'Pong');
  },
  async call_is_there() {
    await channels_are([talk.first.channel, talk.second.channel]);
  },

  async leave() {
    const answer = await ask({ Action: 'Logoff' });
    want('answer to Logoff', answer.response, 'Goodbye');
    port.leave();
  },
};

async function step(line) {
  const [name, ...args] = line.trim().split(/ +/);
  try {
    await steps[name](...args);
    console.log(`ok ${line}`);
  } catch (error) {
    console.log(`FAILED ${line}: ${error.message}`);
    if (process.env.STEPS_DEBUG) console.log(facts.slice(from).map((event) => JSON.stringify(event)).join('\n'));
  }
  if (name === 'leave') process.exit(0);
}

function run(client) {
  port = client;
  let last = Promise.resolve();
  readline.createInterface({ input: process.stdin }).on('line', (line) => {
    last = last.then(() => step(line));
  });
}

module.exports = { run, fact };
