// Bundles the page's modules and fonts into the root wwwroot/lib. Called by the build; see Ems.Web.Client.csproj.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { rm } from 'node:fs/promises';

const out = fileURLToPath(new URL('../../wwwroot/lib', import.meta.url));
await rm(out, { recursive: true, force: true });
const common = { bundle: true, minify: true, outdir: out, logLevel: 'warning', absWorkingDir: fileURLToPath(new URL('.', import.meta.url)) };
await build({ ...common, entryPoints: ['src/charts.js', 'src/page.js', 'src/wallet.js', 'src/sign-in.js'], format: 'esm', target: 'es2022', external: ['/lib/*'] });
// Large and rarely wanted: wallet.js loads it when WalletConnect is pressed.
await build({ ...common, entryPoints: ['src/walletconnect.js'], format: 'esm', target: 'es2022', define: { global: 'globalThis' }, legalComments: 'linked' });
await build({ ...common, entryPoints: ['src/fonts.css'], loader: { '.woff2': 'file', '.woff': 'file' }, assetNames: '[name]-[hash]' });
