// Where to connect. Production knows one address; tests point at a fake server on loopback, with
// its own root key. Anything that would let a real account talk to another host, or believe
// another root, is refused.

/**
 * @typedef {object} Endpoint
 * @property {string | undefined} url absent: the library's own address
 * @property {Buffer | undefined} root the fake's root key
 * @property {string | undefined} caFile extra certificate authority for `wss` to loopback
 */

const ROOT = /^[0-9a-fA-F]{64}$/;

/**
 * @param {Record<string, string | undefined>} env
 * @returns {{ endpoint: Endpoint } | { refusal: string }}
 */
export function endpointFrom(env) {
  const { FASED_WHATSAPP_URL: url, FASED_WHATSAPP_ROOT: root, FASED_WHATSAPP_CA: caFile } = env;
  if (!url) {
    if (root || caFile) {
      return {
        refusal:
          'FASED_WHATSAPP_ROOT and FASED_WHATSAPP_CA are only allowed together with a loopback FASED_WHATSAPP_URL',
      };
    }
    return { endpoint: { url: undefined, root: undefined, caFile: undefined } };
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:')) {
    return { refusal: 'FASED_WHATSAPP_URL is not a ws: or wss: address' };
  }
  if (!isLoopback(parsed.hostname)) return { refusal: 'FASED_WHATSAPP_URL must name a loopback host' };
  if (root && !ROOT.test(root)) return { refusal: 'FASED_WHATSAPP_ROOT must be 64 hex digits' };
  return {
    endpoint: { url, root: root ? Buffer.from(root, 'hex') : undefined, caFile: caFile || undefined },
  };
}

/** @param {string} hostname as `URL` normalises it */
function isLoopback(hostname) {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
