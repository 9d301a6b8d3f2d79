// Pure: which addresses may be asked. The public internet, and nothing that is only reachable from
// this machine or its network: whoever names an address must not look around in there through us.

import { BlockList, isIP } from 'node:net';

/** Not the public internet, by the registries of special addresses; and clouds' metadata outside of those. */
const CLOSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
];
/** All that is in use: mapped, translated, local and multicast addresses lie outside. */
const OPEN_V6 = '2000::/3';
/** Tunnels, whose addresses hold others, and what is for documents or is no place at all. */
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '2620:4f:8000::/48'];

const closed = listOf([...CLOSED_V4, ...CLOSED_V6]);
const open = listOf([OPEN_V6]);

/** @param {string[]} subnets */
function listOf(subnets) {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = '', prefix] = subnet.split('/');
    list.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** @param {string} address @returns {boolean} is it on the public internet? */
export function isPublic(address) {
  switch (isIP(address)) {
    case 4:
      return !closed.check(address, 'ipv4');
    case 6:
      return open.check(address, 'ipv6') && !closed.check(address, 'ipv6');
    default:
      return false;
  }
}

/** A URL's host without the brackets of an IPv6 address. @param {string} hostname */
export function bare(hostname) {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
