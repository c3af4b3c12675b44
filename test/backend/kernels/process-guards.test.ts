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

it('an exhausted memory says so, writes over nothing, and serves again once tensors are released', async () => {
  const lines = await runAlone(
    'own',
    `
    const bystanders = Array.from({ length: 50 }, (_, index) => tf.fill([100], index));
    const [product, ones] = [() => tf.matMul(ones, ones).dataSync()[0], tf.ones([64, 64])];
    product();
    const backend = tf.backend();
    const state = () => JSON.stringify([backend.numDataIds(), tf.memory().numTensors, tf.memory().numBytes]);
    const attempt = (ask) => {
      const before = state();
      try { ask(); console.log('no error'); } catch (error) { console.log(error.name + ': ' + error.message); }
      console.log(state() === before);
    };
    attempt(() => tf.fill([2 ** 30 + 1], 1));
    const column = tf.ones([2 ** 15, 1]), row = tf.ones([1, 2 ** 15 + 1]);
    attempt(() => tf.add(column, row));
    const blocks = [];
    try { for (;;) blocks.push(backend.makeOutput([2 ** 25], 'float32')); } catch (error) { console.log(error.message); }
    attempt(() => tf.fill([2 ** 25], 1));
    for (const { dataId } of blocks) backend.disposeData(dataId);
    console.log(blocks.length, bystanders.every((x, index) => x.dataSync().every((value) => value === index)), product());
    console.log(tf.fill([2 ** 20], 1).dataSync().every((value) => value === 1));
  `,
  );
  const message = (bytes: string) =>
    new RegExp(
      `wasm is out of memory: expected room for ${bytes} bytes more; tensors hold [\\d,]+ bytes, and the memory has ` +
        'grown to [\\d,]+ of at most 4,294,901,760. Use a smaller batch',
    );
  expect(lines[0]).toMatch(message('4,294,967,300'));
  expect(lines[0]).toMatch(/^BackendError: /);
  expect(lines[2]).toMatch(message('4,295,098,368'));
  expect(lines[4]).toMatch(message('134,217,728'));
  expect(lines[5]).toMatch(message('134,217,728'));
  expect([lines[1], lines[3], lines[6]]).toEqual(['true', 'true', 'true']);
  expect(lines.slice(7)).toEqual(['31 true 64', 'true']);
});
