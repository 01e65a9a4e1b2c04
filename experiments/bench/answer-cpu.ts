/** Preloaded (`--require`) into a broker: asked over IPC, it tells the CPU it has used, user and system, in ms. */
process.on('message', (message) => {
  if (message !== 'cpu') return;
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1_000 });
});
