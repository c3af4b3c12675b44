import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { registerKernels } from '../../../src/backend/register-kernels';
import { startBothBackends } from './expect-same';
import { runAlone } from './run-alone';
import { type UpstreamCase, upstreamCases } from './upstream-cases';

const cases = upstreamCases();
const chapters = [...new Set(cases.map(({ chapter }) => chapter))];
const harmful = cases.filter(({ chapter }) => chapter === 'On wasm: memory and process');
const harmless = cases.filter((one) => !harmful.includes(one));

it('the page has its cases, each with all its parts', () => {
  expect([cases.length > 30, harmful.length > 4, chapters.length]).toEqual([true, true, 5]);
  for (const { title, code, expected } of cases) {
    expect([title, code !== '', expected !== '']).toEqual([title, true, true]);
  }
});

function expectReceived({ title, expected, received }: UpstreamCase, printed: string | undefined): void {
  if (received === undefined) expect([title, printed]).not.toEqual([title, expected]);
  else expect([title, printed]).toEqual([title, received]);
}

describe('tfjs as it comes still prints what the page says', () => {
  const stock = (chapter: string) => (chapter.startsWith('On wasm') ? 'stock' : 'cpu');

  it.each(chapters.filter((chapter) => harmless.some((one) => one.chapter === chapter)))(
    '%s',
    async (chapter) => {
      const those = harmless.filter((one) => one.chapter === chapter);
      const printed = await runAlone(stock(chapter), ...those.map(({ code }) => code));
      for (const [index, one] of those.entries()) expectReceived(one, printed[index]);
    },
  );

  it.each(harmful)('$title', async (one) => {
    expectReceived(one, (await runAlone('stock', one.code))[0]);
  });
});

describe('with the kernels of this library the expected comes out, or a refusal', () => {
  beforeAll(async () => {
    await startBothBackends();
    registerKernels('cpu');
  });

  const mended = harmless.filter(
    ({ chapter, here }) => chapter.startsWith('On ') && !here.startsWith('none'),
  );
  it.each(mended)('$chapter: $title', async ({ chapter, code, expected, here }) => {
    await tf.setBackend(chapter.startsWith('On cpu') ? 'cpu' : 'wasm');
    const refused = here.startsWith('refused with an error');
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      const run = new Function('tf', code);
      if (refused) expect(() => run(tf)).toThrow('is wrong on wasm in tfjs 4.22');
      else {
        run(tf);
        expect(log.mock.calls).toEqual([[expected]]);
      }
    } finally {
      log.mockRestore();
    }
  });

  it.each(harmful)('$title', async ({ code, expected }) => {
    expect((await runAlone('own', code))[0]?.slice(0, expected.length)).toBe(expected);
  });
});
