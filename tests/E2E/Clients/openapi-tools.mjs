// Tools that others wrote, on the OpenAPI document: two linters, and a client that is generated, compiled and run.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { ORIGIN, TASK } = process.env;
const folder = mkdtempSync('.openapi-'); // here, so that what is in it finds the packages

function run(name, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  console.log(`${name} ${status === 0 ? 'ok' : `failed ${JSON.stringify(stdout + stderr)}`}`);
  return stdout;
}

try {
  const [file, types, program] = ['openapi.json', 'openapi.d.ts', 'generated-client.ts'].map(name => join(folder, name));
  writeFileSync(file, await (await fetch(`${ORIGIN}/openapi/v1.json`)).text());
  if (TASK === 'lint') {
    run('redocly', 'node_modules/@redocly/cli/bin/cli.js', 'lint', file, '--config', 'redocly.yaml');
    run('spectral', 'node_modules/@stoplight/spectral-cli/dist/index.js', 'lint', file, '--ruleset', 'spectral.yaml', '--fail-severity', 'hint');
  } else {
    copyFileSync('generated-client.ts', program);
    run('generated', 'node_modules/openapi-typescript/bin/cli.js', file, '-o', types);
    run('compiled', 'node_modules/typescript/bin/tsc', '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--allowImportingTsExtensions', program);
    console.log(run('ran', program));
  }
} finally {
  rmSync(folder, { recursive: true });
}
