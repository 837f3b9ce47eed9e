// ding-dong.js - a server of FastAGI on the npm library of that name; what a call gets is chosen by its script
'use strict';
const server = require('ding-dong');

const scripts = {
  // answers, plays, reads, sets, hangs up
  async menu(call, told) {
    await call.answer();
    const seen = await call.getVariable('SEEN');
    const full = await call.getFullVariable('${EXTEN}-${CALLERID(num)}');
    const played = await call.streamFile('said', '#');
    await call.setVariable('TOLD', `${told.agi_arg_1} ${seen.value} ${full.value} ${played.code}:${played.result}`);
    call.on('hangup', () => call.end()); // the station says that it is over
    await call.hangup();
  },

  // keys, the database, the caller's number, an application; the routing goes on
  async keys(call) {
    await call.answer();
    await call.verbose('ding-dong asks', 1);
    const pin = await call.getData('said', 5000, 4);
    await call.databasePut('card', '17', pin.result);
    const kept = await call.databaseGet('card', '17');
    await call.setCallerID('"Ivan <7017>"');
    await call.exec('Set', `KEYS=${kept.value}`);
    const state = await call.channelStatus();
    await call.setVariable('STATE', state.result);
    call.end();
  },

  // calls another phone and waits: until it is over
  async dial(call) {
    const end = await call.dial('PJSIP/102', 20, 'g');
    await call.setVariable('DIALLED', `${end.code} ${end.result}`);
    call.end();
  },

  // the caller leaves during a file
  async leaves(call) {
    call.on('hangup', () => console.log('hangup'));
    call.on('close', () => console.log('closed'));
    await call.answer();
    await call.streamFile('long', '#');
    const later = await call.getVariable('SEEN');
    console.log(`after ${later.code}`);
    call.end();
  },
};

server((call) => {
  call.on('error', (error) => console.log(`FAILED ${error.message}`));
  call.on('variables', (told) => {
    const script = String(told.agi_network_script).split('?')[0];
    scripts[script](call, told).catch((error) => console.log(`FAILED ${script}: ${error.message}`));
  });
}).start(Number(process.argv[2]), '127.0.0.1');
