/**
 * A process that appends rows until it is done or killed: node write-rows.mjs DIRECTORY FROM TO BATCH SHARD_BYTES
 *
 * Prints "ready", and after each batch that is stored the number of the next row.
 */
import { writeSync } from 'node:fs';
import { openFeatureStore } from '../../../../src/models/extractors/feature-cache/open-feature-store';
import { rowsOf, TEXT_STORE } from './made-up-rows';

const [directory = '', ...numbers] = process.argv.slice(2);
const [from = 0, to = 0, batch = 1, shardBytes = 1] = numbers.map(Number);
const store = await openFeatureStore(directory, { ...TEXT_STORE, shardBytes });
writeSync(1, 'ready\n');
for (let next = from; next < to; next += batch) {
  await store.append(rowsOf(next, Math.min(to, next + batch)));
  writeSync(1, `${Math.min(to, next + batch)}\n`);
}
await store.close();
