// The protocol's own command-line client, run as its users run it: with the block that MCP clients take.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** @import { World } from '../docs/world.js' */

const CLI = createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector-cli/build/cli.js');
const DEADLINE_MS = 120_000;

/**
 * Asks the server that `fased mcp` is, with what a method needs.
 * @param {World} world
 * @param {string[]} args of `fased mcp`
 * @param {string} method
 * @param {string[]} [rest]
 * @returns {Promise<{code: number, result?: any, said: string}>}
 */
export async function inspect(world, args, method, rest = []) {
  const config = join(world.dir, 'mcp.json');
  writeFileSync(
    config,
    JSON.stringify({ mcpServers: { whatsapp: { command: 'fased', args: ['mcp', ...args] } } }),
  );
  const words = ['--cli', '--config', config, '--server', 'whatsapp', '--method', method, ...rest];
  // It looks for its own description from the folder that it is started in.
  const child = spawn(process.execPath, [CLI, ...words], {
    cwd: dirname(CLI),
    env: world.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  });
  let printed = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', chunk => {
    printed += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', chunk => {
    said += chunk;
  });
  const code = await new Promise(resolve => child.on('close', code => resolve(code ?? -1)));
  return { code, result: code === 0 ? JSON.parse(printed) : undefined, said: said + printed };
}

/**
 * Calls a tool.
 * @param {World} world
 * @param {string} tool
 * @param {Record<string, string | number>} given
 * @param {string[]} [args] of `fased mcp`
 */
export async function callTool(world, tool, given, args = []) {
  const pairs = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  const rest = ['--tool-name', tool, ...(pairs.length > 0 ? ['--tool-arg', ...pairs] : [])];
  const asked = await inspect(world, args, 'tools/call', rest);
  if (asked.code !== 0) throw new Error(asked.said);
  return asked.result;
}
