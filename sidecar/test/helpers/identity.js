// Credentials in the library's shape, without importing the library.

/** @returns {import('baileys').AuthenticationCreds} */
export function makeIdentity() {
  const pair = () => ({ private: Buffer.alloc(32, 1), public: Buffer.alloc(32, 2) });
  return /** @type {any} */ ({
    noiseKey: pair(),
    pairingEphemeralKeyPair: pair(),
    signedIdentityKey: pair(),
    signedPreKey: { keyPair: pair(), signature: Buffer.alloc(64, 3), keyId: 1 },
    registrationId: 7,
    advSecretKey: 'c2VjcmV0',
    processedHistoryMessages: [],
    nextPreKeyId: 1,
    firstUnuploadedPreKeyId: 1,
    accountSyncCounter: 0,
    accountSettings: { unarchiveChats: false },
    registered: false,
  });
}
