// First start, profile, home.
export default {
  real: {
    mustChange: 'The administrator asks for another password. Until then the station shows nothing else.',
    emailPassword: 'A link goes to this address when the password is forgotten: confirm with the password.',
    ownPassword: 'Your password',
    totpScan: 'Point the camera of an authenticator application (FreeOTP, Google Authenticator) at this picture.',
    totpCode: 'QR code of the secret',
    engineLost: 'The telephone part of the station is being restarted. Calls go on, the page will be up to date by itself.',
    reloaded: 'Settings loaded',
    noEngine: 'the telephone part does not answer',
    setupFailed: 'The administrator is there, but not all worked. Correct it and press "Try again", or open the station and set it up there.',
    setupReady: 'Phones call each other by their numbers, 600 is the echo test.',
    setupReadyOut: 'Dial 9 for the city; calls from outside ring {phone}.',
    setupServer: 'Server for the phones: {server}. User name and number are the same.',
    setupAgain: 'Try again',
    internal: 'Extensions',
    dialPhone: 'A call to an extension',
  },
}
