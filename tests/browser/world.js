// One test's world: the stage, and those who visit the page.

import assert from 'node:assert/strict';
import { inTurn, Stage } from './stage.js';
import { Visit } from './visit.js';

export class World extends Stage {
  /** @type {Visit[]} */
  visits = [];
  /** Says what was measured, for those who read the tests' output. @type {(words: string) => void} */
  tell = () => {};

  /** Somebody with a browser of their own. @param {import('./visit.js').Looks} looks */
  async visit(looks = {}) {
    const visit = await Visit.start(looks);
    this.visits.push(visit);
    return visit;
  }

  /** The same, who has opened the page by a link. @param {import('./visit.js').Looks} looks */
  async visitPage(looks = {}) {
    const visit = await this.visit(looks);
    await visit.open(await this.pageLink());
    return visit;
  }

  /** What holds at the end of each test. */
  async nothingWrong() {
    for (const visit of this.visits) visit.nothingWrong();
    if (this.whatsapp === undefined) return;
    const { violations } = await this.whatsapp.call('GET /state', { inbox: '0' });
    assert.deepEqual(violations, [], 'the protocol of the fake WhatsApp server was violated');
  }

  /** Says what else is known of a failure. @param {string} title @param {unknown} error */
  async describe(title, error) {
    const pictures = await Promise.all(this.visits.map((visit, i) => visit.failed(`${title} ${i + 1}`)));
    const problems = this.visits.flatMap(({ problems }) => problems);
    const tail = this.logged().split('\n').slice(-25).join('\n');
    if (error instanceof Error)
      error.message += `\n${[...pictures, ...problems].join('\n')}\nThe gateway's log ends with:\n${tail}`;
  }

  async end() {
    await inTurn([...this.visits.map(visit => () => visit.end()), () => super.end()]);
  }
}
