import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { kernelReplacements } from '../../src/backend/kernel-replacements';
import { registerKernels } from '../../src/backend/register-kernels';
import { upstreamCases } from './kernels/upstream-cases';

const reasonsOf = (backend: keyof typeof kernelReplacements) =>
  kernelReplacements[backend].flatMap(({ reasons }) => reasons);

describe.each(['wasm', 'cpu', 'tensorflow'] as const)('the rows of %s', (backend) => {
  it('name each kernel once, with a reason', () => {
    const names = kernelReplacements[backend].flatMap(({ kernels }) => kernels);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    for (const { kernels, reasons } of kernelReplacements[backend]) {
      expect([kernels, reasons.length > 0]).toEqual([kernels, true]);
      for (const reason of reasons) expect(reason).toMatch(/^(missing|wrong|slow): \S/);
    }
  });

  it('name cases of docs/upstream-bugs.md for what is missing or wrong', () => {
    const chapters = [`On ${backend}`, 'In tfjs-core, on every backend'];
    const titles = upstreamCases()
      .filter(({ chapter }) => chapters.some((start) => chapter.startsWith(start)))
      .map(({ title }) => title);
    for (const reason of reasonsOf(backend).filter((reason) => !reason.startsWith('slow: '))) {
      expect(titles).toContain(reason.replace(/^(missing|wrong): /, ''));
    }
  });
});

it.each(['wasm', 'cpu'] as const)('every case of %s that a kernel mends has its row', (backend) => {
  // Guards of the process mend the rest.
  const mended = upstreamCases().filter(
    ({ chapter, here }) =>
      chapter.startsWith(`On ${backend}`) && !here.startsWith('none') && !here.includes('process-guards.ts'),
  );
  expect(mended.length).toBeGreaterThan(3);
  const named = reasonsOf(backend).map((reason) => reason.replace(/^\w+: /, ''));
  for (const { title } of mended) expect(named).toContain(title);
});

it('missing is said of the kernels that tfjs lacks, and of no other; registered twice, each stays as it is', () => {
  for (const backend of ['wasm', 'cpu'] as const) {
    const kernelOf = (name: string) => tf.getKernel(name, backend)?.kernelFunc;
    const rows = kernelReplacements[backend];
    for (const { kernels, reasons } of rows) {
      const missing = reasons.some((reason) => reason.startsWith('missing: '));
      for (const name of kernels) expect([name, kernelOf(name) === undefined]).toEqual([name, missing]);
    }
    const state = () => rows.flatMap(({ kernels }) => kernels.map(kernelOf));
    const stock = state();
    registerKernels(backend);
    const own = state();
    for (const [index, kernel] of own.entries()) expect(kernel).not.toBe(stock[index]);
    registerKernels(backend);
    expect(state()).toEqual(own);
  }
});
