import { expect, it } from 'vitest';
import { runAlone } from './run-alone';

it('listeners survive a removed backend, in order, and one that was to be called once still is', async () => {
  const lines = await runAlone(
    'own',
    `
    const calls = [];
    const first = () => calls.push('first'), once = () => calls.push('once'), last = () => calls.push('last');
    const events = ['uncaughtException', 'unhandledRejection'];
    const count = () => events.map((event) => process.listenerCount(event)).join();
    const before = count();
    for (const event of events) process.on(event, first).once(event, once).on(event, last);
    const start = tf.findBackendFactory('wasm');
    for (let round = 0; round < 3; round++) {
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', start, 2);
      const { selectBackend } = await import('./src/backend/index.ts');
      await selectBackend({ backend: 'wasm' });
    }
    for (const event of events) { process.emit(event); process.emit(event); }
    console.log(calls.join());
    for (const event of events) process.removeListener(event, first).removeListener(event, last);
    console.log(count() === before);
    // The kernels belong to the backend that runs now.
    const gradient = tf.grad((f) => tf.sum(tf.conv2d(tf.ones([1, 3, 3, 1]), f, 1, 'valid')));
    console.log(String(gradient(tf.ones([2, 2, 1, 1])).dataSync()), String(tf.maxPool(tf.ones([1, 2, 2, 1]), 2, 2, 'valid').dataSync()));
  `,
  );
  const calls = 'first,once,last,first,last';
  expect(lines).toEqual([`${calls},${calls}`, 'true', '4,4,4,4 1']);
});
