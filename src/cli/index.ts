#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command } from 'commander';
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
    'Looks into MVSA data sets, and into what trains on this machine. In code: openMvsa, findDuplicates and auditSplit of mvsa-fusion/data, selectBackend of mvsa-fusion/backend; see README.md of the package.',
  )
  .version(version)
  .showSuggestionAfterError()
  .configureHelp({ helpWidth: 110, subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
  .addCommand(auditCommand())
  .addCommand(doctorCommand(version))
  .addCommand(predictCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof MvsaFusionError)) throw error;
  console.error(`Error: ${process.env.DEBUG ? error.stack : error.message}`);
  process.exitCode = 1;
}
