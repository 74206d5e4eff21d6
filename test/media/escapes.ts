// What a decoder would try that somebody has taken over: perl, true where it worked. Places of the host stand as words in capitals.

export interface Escape {
  readonly name: string;
  /** An expression. */
  readonly attempt: string;
  /** It works for any process of the gateway's account that is in no jail, on any machine: proof that the attempt is a real one. */
  readonly worksOutside?: true;
}

const open = (file: string): string => `open($f, '<', '${file}') && sysread($f, $byte, 1)`;
const list = (folder: string): string => `opendir($d, '${folder}') && scalar(grep { !/^\\.+$/ } readdir $d)`;
const write = (file: string): string => `open($f, '>>', '${file}') && syswrite($f, 'x')`;
/** Perl takes a text for an address where it can be changed: so it goes by a variable. */
const call = (number: number, ...args: readonly (number | string)[]): string => {
  const passed = args.map((arg, at) => (/["(]/.test(String(arg)) ? `($t[${at}] = ${arg})` : arg));
  return `syscall(${[number, ...passed].join(', ')}) != -1`;
};

/** Answered with an error. */
export const REFUSED: readonly Escape[] = [
  { name: 'reads the installation key', attempt: open('SECRETS/installation.key'), worksOutside: true },
  { name: 'lists the wrapped keys of cases', attempt: list('SECRETS/keys'), worksOutside: true },
  { name: 'reads the files of the database', attempt: open('SECRETS/database/PG_VERSION'), worksOutside: true },
  { name: 'reads an exhibit of another case', attempt: open('SECRETS/vault/other-case'), worksOutside: true },
  { name: 'lists the folder of its own input', attempt: list('SECRETS'), worksOutside: true },
  {
    name: 'climbs out of a folder that it may see',
    attempt: open('/usr/../..SECRETS/installation.key'),
    worksOutside: true,
  },
  { name: 'reads the accounts of the machine', attempt: open('/etc/passwd'), worksOutside: true },
  { name: 'reads the machine’s name servers', attempt: '-e "/etc/resolv.conf" || -e "/etc/hosts"', worksOutside: true },
  { name: 'reads its own environment in /proc', attempt: open('/proc/self/environ'), worksOutside: true },
  { name: 'reads the environment of the gateway', attempt: open('/proc/GATEWAY/environ'), worksOutside: true },
  { name: 'reads the memory map of the gateway', attempt: open('/proc/GATEWAY/maps'), worksOutside: true },
  { name: 'reads the environment of process 1', attempt: open('/proc/1/status'), worksOutside: true },
  { name: 'reads the machine in /sys', attempt: list('/sys'), worksOutside: true },
  { name: 'opens a device', attempt: open('/dev/zero'), worksOutside: true },
  { name: 'opens shared memory of the machine', attempt: list('/dev'), worksOutside: true },
  { name: 'opens the terminal', attempt: write('/dev/tty') },
  { name: 'lists home folders', attempt: '-e "/home" || -e "/root"', worksOutside: true },
  { name: 'lists the temporary files of others', attempt: list('/tmp'), worksOutside: true },
  {
    name: 'finds a secret in its environment',
    // The jail's own word on the heap is the same everywhere.
    attempt: 'scalar(grep { $_ ne "PWD" && "$_=$ENV{$_}" ne "GLIBC_TUNABLES=glibc.malloc.hugetlb=1" } keys %ENV)',
    worksOutside: true,
  },
  {
    name: 'writes to a descriptor that it was not given',
    attempt: 'scalar(grep { open($f, ">&=", $_) && syswrite($f, "x") } 4 .. 63)',
  },
  { name: 'changes the exhibit', attempt: write('/in/exhibit') },
  { name: 'removes the exhibit', attempt: 'unlink("/in/exhibit")' },
  { name: 'writes beside the exhibit', attempt: write('/in/x') },
  { name: 'writes to the root folder', attempt: write('/x') },
  { name: 'writes to /tmp', attempt: 'mkdir("/tmp") || open($f, ">", "/tmp/escape")', worksOutside: true },
  { name: 'replaces its own program', attempt: write('/usr/bin/ffmpeg') },
  {
    name: 'links to a file of the host',
    attempt: 'symlink("/etc/passwd", "/in/link") || link("/usr/bin/perl", "/in/link")',
  },
  { name: 'changes a mode', attempt: call(90, '"/in/exhibit"', 0o777) },
  { name: 'changes an owner', attempt: call(92, '"/in/exhibit"', 0, 0) },
  { name: 'forks', attempt: 'defined($p = fork) && ($p > 0 || exit)', worksOutside: true },
  {
    name: 'makes a process by clone',
    attempt: `($p = syscall(56, 17, 0, 0, 0, 0)) != -1 && ($p > 0 || exit)`,
    worksOutside: true,
  },
  { name: 'makes a process by clone3', attempt: call(435, '"\\0" x 88', 88) },
  {
    name: 'makes a bomb of forks',
    attempt: 'scalar(grep { defined($p = fork) && ($p > 0 || exit) } 1 .. 50)',
    worksOutside: true,
  },
  { name: 'runs another program beside itself', attempt: 'system("/usr/bin/true") == 0', worksOutside: true },
  { name: 'holds memory as a nameless file', attempt: call(319, '"x"', 0), worksOutside: true },
  { name: 'holds secret memory', attempt: call(447, 0) },
  { name: 'holds shared memory of System V', attempt: call(29, 0, 65536, 0o1600) },
  { name: 'makes a queue of messages of System V', attempt: call(68, 0, 0o1600) },
  { name: 'makes semaphores of System V', attempt: call(64, 0, 1, 0o1600) },
  { name: 'makes a queue of messages of POSIX', attempt: call(240, '"/x"', 0o102, 0o600, 0) },
  { name: 'uses io_uring', attempt: call(425, 8, '"\\0" x 120') },
  { name: 'signals all processes that it may', attempt: call(62, -1, 0) },
  { name: 'signals the gateway', attempt: call(62, 'GATEWAY', 0), worksOutside: true },
  { name: 'signals a thread of the gateway', attempt: call(234, 'GATEWAY', 'GATEWAY', 0), worksOutside: true },
  { name: 'signals process 1 of the jail', attempt: call(62, 1, 9) },
  { name: 'raises its limit of file sizes', attempt: call(302, 0, 1, 'pack("q q", 1 << 40, 1 << 40)', 0) },
  { name: 'raises its limit of memory', attempt: call(302, 0, 9, 'pack("q q", 1 << 40, 1 << 40)', 0) },
  { name: 'raises a limit by the old call', attempt: call(160, 7, 'pack("q q", 4096, 4096)') },
  {
    name: 'types into the terminal of the gateway',
    attempt: 'scalar(grep { ioctl($_, 0x5412, $t = "x") } *STDIN, *STDOUT, *STDERR)',
  },
  { name: 'makes itself debuggable by others', attempt: call(157, 0x59616d61, -1, 0, 0, 0) },
  { name: 'puts a filter of its own over the calls', attempt: call(317, 1, 0, 0) },
  { name: 'switches off the randomness of addresses', attempt: call(135, 0x0040000), worksOutside: true },
  { name: 'takes the processor in real time', attempt: call(144, 0, 1, 'pack("i", 99)') },
  { name: 'makes itself more urgent', attempt: call(141, 0, 0, -20) },
  { name: 'watches files', attempt: call(294, 0), worksOutside: true },
  { name: 'moves pages between pipes', attempt: call(278, 1, 0, 0, 0) },
  { name: 'makes a pair of sockets', attempt: call(53, 1, 1, 0, '"\\0" x 8'), worksOutside: true },
  { name: 'locks rules of its own', attempt: call(444, 0, 0, 1) },
];

const FAMILIES = [
  ...([
    ['Unix', 1],
    ['IPv4', 2],
    ['IPv6', 10],
    ['netlink', 16],
    ['packet', 17],
    ['key', 15],
    ['CAN', 29],
  ] as const),
  ...([
    ['Bluetooth', 31],
    ['of the kernel’s ciphers', 38],
    ['of the hypervisor', 40],
    ['XDP', 44],
  ] as const),
] as const;

/** Answered with death, each of them. */
export const DEADLY: readonly Escape[] = [
  ...FAMILIES.map(([name, family]) => ({ name: `opens a socket: ${name}`, attempt: call(41, family, 3, 0) })),
  { name: 'connects the pipe that it was given', attempt: call(42, 1, 'pack("S a14", 1, "\\0/run/x")', 16) },
  { name: 'listens on the pipe that it was given', attempt: call(50, 1, 1) },
  { name: 'passes a descriptor over its output', attempt: call(46, 1, '"\\0" x 56', 0) },
  { name: 'asks a name server', attempt: 'defined(gethostbyname("example.org"))' },
  { name: 'traces its parent', attempt: call(101, 16, 1, 0, 0) },
  { name: 'lets itself be traced', attempt: call(101, 0, 0, 0, 0) },
  { name: 'reads the memory of the gateway', attempt: call(310, 'GATEWAY', '"\\0" x 16', 1, '"\\0" x 16', 1, 0) },
  { name: 'writes the memory of the gateway', attempt: call(311, 'GATEWAY', '"\\0" x 16', 1, '"\\0" x 16', 1, 0) },
  { name: 'takes hold of another process', attempt: call(434, 'GATEWAY', 0) },
  { name: 'takes a descriptor of another process', attempt: call(438, 3, 0, 0) },
  { name: 'mounts', attempt: call(165, '"none"', '"/in"', '"tmpfs"', 0, '""') },
  { name: 'mounts by the new calls', attempt: call(430, '"tmpfs"', 0) },
  { name: 'clones a mount', attempt: call(428, -100, '"/"', 1) },
  { name: 'makes the root folder writable', attempt: call(442, -100, '"/"', 0, '"\\0" x 32', 32) },
  { name: 'unmounts', attempt: call(166, '"/usr/bin"', 2) },
  { name: 'changes the root folder', attempt: call(161, '"/in"') },
  { name: 'swaps the root folder', attempt: call(155, '"/"', '"/"') },
  { name: 'makes a user namespace', attempt: call(272, 0x10000000) },
  { name: 'makes a user namespace by clone', attempt: call(56, '0x10000011', 0, 0, 0, 0) },
  { name: 'enters another namespace', attempt: call(308, 3, 0) },
  { name: 'adds a key', attempt: call(248, '"user"', '"x"', '"y"', 1, -3) },
  { name: 'asks for a key', attempt: call(249, '"user"', '"x"', 0, -3) },
  { name: 'reads a keyring', attempt: call(250, 11, -3, 0, 0, 0) },
  { name: 'loads a program into the kernel', attempt: call(321, 5, '"\\0" x 120', 120) },
  { name: 'measures others', attempt: call(298, '"\\0" x 120', 0, -1, -1, 0) },
  { name: 'handles page faults', attempt: call(323, 1) },
  { name: 'opens a file by its handle', attempt: call(304, 3, '"\\0" x 16', 0) },
  { name: 'loads a module', attempt: call(175, '"x"', 1, '""') },
  { name: 'loads another kernel', attempt: call(246, 0, 0, 0, 0) },
  { name: 'reboots', attempt: call(169, 0, 0, 0, 0) },
  { name: 'swaps to a file', attempt: call(167, '"/in/exhibit"', 0) },
  { name: 'reaches for the ports of the machine', attempt: call(172, 3) },
  { name: 'makes a device', attempt: call(133, '"/in/null"', 0o20666, 0x103) },
  { name: 'becomes root', attempt: call(105, 0) },
  { name: 'becomes another group', attempt: call(116, 0, 0) },
  { name: 'gives itself capabilities', attempt: call(126, 'pack("L L", 0x20080522, 0)', '"\\xff" x 24') },
  { name: 'sets the clock', attempt: call(227, 0, '"\\0" x 16') },
  { name: 'calls by another table of calls', attempt: call(0x4000_0027) },
  { name: 'runs a program that makes namespaces', attempt: `exec '/usr/bin/unshare', '-U', '/usr/bin/true'` },
];
