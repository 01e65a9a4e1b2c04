/** Why a process cannot listen, in a sentence; undefined for any other error. */
export function listenFault(error: unknown, portVariable: string): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `The port is taken: set ${portVariable} to another one, or end what listens there`;
    case 'EACCES':
      return `The port is for the system only: set ${portVariable} to one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EAI_AGAIN':
    case 'EINVAL':
    case 'ENOTFOUND':
      return 'HOST names no address of this machine; it takes 127.0.0.1, ::1, 0.0.0.0 or a name of this machine';
    default:
      return undefined;
  }
}
