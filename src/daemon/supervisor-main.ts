import { main } from './supervise.ts';

await main(process.argv.slice(2));
