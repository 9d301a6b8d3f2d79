import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountProblem, people, person, phone } from '../numbers.js';

const problem = read => ('problem' in read ? read.problem : undefined);

test('a phone number is read however it is written', () => {
  for (const text of [
    '+15550100001',
    '15550100001',
    ' +1 (555) 010-0001 ',
    '1.555.010.0001',
    'whatsapp:+15550100001',
  ]) {
    assert.deepEqual(phone(text), { entry: '+15550100001' }, text);
  }
  assert.deepEqual(phone('1234567'), { entry: '+1234567' });
  assert.deepEqual(phone('123456789012345'), { entry: '+123456789012345' });
});

test('what is wrong with a number is said', () => {
  for (const [text, words] of /** @type {[string, RegExp][]} */ ([
    ['', /no digit/],
    ['+', /no digit/],
    ['123456', /Too short: 6/],
    ['1234567890123456', /Too long: 16/],
    ['015550100001', /begins with 0/],
    ['0015550100001', /begins with 0/],
    ['+1555010000a', /“a” does not belong/],
    ['++15550100001', /“\+” does not belong/],
    ['1555/0100001', /“\/” does not belong/],
    ['١٢٣٤٥٦٧', /does not belong/],
    ['+1555🙂0100001', /“🙂” does not belong/],
  ])) {
    assert.match(problem(phone(text)) ?? 'nothing', words, text);
  }
});

test('a hidden id is taken, and nothing else with an @', () => {
  assert.deepEqual(person('100000000000001@lid'), { entry: '100000000000001@lid' });
  assert.deepEqual(person(' whatsapp:42@lid'), { entry: '42@lid' });
  for (const [text, words] of /** @type {[string, RegExp][]} */ ([
    ['120363000000000001@g.us', /a group/],
    ['15550100001@s.whatsapp.net', /only hidden ids/],
    ['@lid', /up to 20 digits/],
    ['+1@lid', /up to 20 digits/],
    ['123456789012345678901@lid', /up to 20 digits/],
    ['*', /everybody/],
  ])) {
    assert.match(problem(person(text)) ?? 'nothing', words, text);
  }
});

test('a list tells its entries once, and each mistake with what was typed', () => {
  const { entries, problems } = people('+1 555 010 0001\n\n15550100001, 7@lid; 0123\n');
  assert.deepEqual(entries, ['+15550100001', '7@lid']);
  assert.deepEqual(
    problems.map(one => one.text),
    ['0123'],
  );
  assert.deepEqual(people(' \n,'), { entries: [], problems: [] });
});

test('the id of an account becomes a folder, so it is strict', () => {
  assert.equal(accountProblem('shop-2', ['default']), undefined);
  assert.match(accountProblem('', []) ?? '', /needs an id/);
  assert.match(accountProblem('Shop', []) ?? '', /a–z/);
  assert.match(accountProblem('a'.repeat(33), []) ?? '', /32/);
  assert.match(accountProblem('-a', []) ?? '', /begins with/);
  assert.match(accountProblem('+', []) ?? '', /a–z/);
  assert.match(accountProblem('shop', ['shop']) ?? '', /already/);
});
