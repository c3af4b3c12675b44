// Runs one model in a process of its own: two native copies of ONNX Runtime in one process are not allowed.
// node run-onnx-child.mjs PACKAGE_DIRECTORY < job.json
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const { InferenceSession, Tensor } = createRequire(import.meta.url)(process.argv[2]);
const { model, feeds } = JSON.parse(await text(process.stdin));
const arrays = { int64: BigInt64Array, float32: Float32Array };
const bytesOf = (data) => Uint8Array.from(Buffer.from(data, 'base64')).buffer;

const started = performance.now();
const session = await InferenceSession.create(model, { interOpNumThreads: 1, logSeverityLevel: 3 });
const loaded = performance.now();
const inputs = Object.entries(feeds).map(([name, { type, dims, data }]) => [
  name,
  new Tensor(type, new arrays[type](bytesOf(data)), dims),
]);
const results = await session.run(Object.fromEntries(inputs));
const finished = performance.now();
const outputs = session.outputNames.map((name) => {
  const { type, dims, data } = results[name];
  return [
    name,
    { type, dims, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') },
  ];
});
process.stdout.write(
  JSON.stringify({
    inputNames: session.inputNames,
    outputs: Object.fromEntries(outputs),
    milliseconds: { load: loaded - started, run: finished - loaded },
  }),
);
