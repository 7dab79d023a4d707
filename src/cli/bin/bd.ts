#!/usr/bin/env node
import { runBd } from '#cli/bd/run';
import { callFromProcess } from '#cli/process';

await callFromProcess(runBd);
