#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command } from 'commander';
// The command `train` is the example: one program, and what users copy is what they run.
import { program as trainProgram } from '../../examples/train-mvsa';
import { MvsaFusionError } from '../errors';
import { auditCommand } from './audit-command';
import { doctorCommand } from './doctor-command';
import { predictCommand } from './predict-command';

const { version } = createRequire(import.meta.url)('mvsa-fusion/package.json') as { version: string };

// A reader that has seen enough, such as `head`, closes the pipe: no reason for a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const program = new Command('mvsa-fusion')
  .description(
    'Sentiment of posts of image and text: trains, and looks into data sets and into what trains on this machine. In code: SentimentClassifier of mvsa-fusion/classifier; see README.md of the package.',
  )
  .version(version)
  .showSuggestionAfterError()
  .configureHelp({ helpWidth: 110, subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
  .addCommand(trainProgram.name('train'))
  .addCommand(predictCommand())
  .addCommand(auditCommand())
  .addCommand(doctorCommand(version));

try {
  await program.parseAsync();
} catch (error) {
  // What Ctrl-C stopped has said so.
  const isInterrupted = error instanceof Error && error.message === 'interrupted';
  if (!isInterrupted && !(error instanceof MvsaFusionError)) throw error;
  if (!isInterrupted) console.error(`Error: ${process.env.DEBUG ? error.stack : error.message}`);
  process.exitCode = isInterrupted ? 130 : 1;
}
