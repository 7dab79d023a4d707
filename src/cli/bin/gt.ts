#!/usr/bin/env node
import { callFromProcess } from '#cli/process';
import { run } from '#cli/run';

await callFromProcess(run);
