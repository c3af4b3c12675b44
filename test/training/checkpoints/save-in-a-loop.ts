/** Opens a directory of checkpoints and goes on from the newest, as training does; prints each step once it is saved. */
import { isDeepStrictEqual } from 'node:util';
import { openCheckpoints } from '../../../src/training/checkpoints/open-checkpoints';
import { checkpointOf, dataOf } from './made-up-checkpoint';

const [directory = '', size = '50', steps = 'Infinity'] = process.argv.slice(2);
try {
  const checkpoints = await openCheckpoints(directory);
  const newest = await checkpoints.latest();
  if (newest && !isDeepStrictEqual(dataOf(newest), dataOf(checkpointOf(newest.step, Number(size))))) {
    throw new Error(`step ${newest.step} is not as it was saved`);
  }
  console.log(`ready ${newest?.step ?? 0}`);
  const first = (newest?.step ?? 0) + 1;
  for (let step = first; step < first + Number(steps); step++) {
    await checkpoints.save(checkpointOf(step, Number(size)));
    console.log(`saved ${step}`);
  }
  await checkpoints.close();
} catch (error) {
  console.log(`failed ${(error as Error).message}`);
  process.exitCode = 1;
}
