import { AppError } from './errors.ts';

// What a program in the jail may ask of the kernel, as the classic BPF program that bubblewrap takes by --seccomp (SEC-11). A list of what
// decoders and the probes' runtime do ask for, and nothing else: the rest of the kernel is out of reach of whatever takes a decoder over.

/** Numbers by name, which are there to be read. */
const numbers = (table: string): readonly number[] =>
  Array.from(table.matchAll(/\d+(?=\s*(,|\n|$))/g), ([digits]) => Number(digits));

/** Numbers of x86-64 (asm/unistd_64.h), which never change. The socket calls serve pipes that were opened by the gateway. */
const ALLOWED = numbers(`
  read 0, write 1, readv 19, writev 20, pread64 17, preadv 295, pwrite64 18, lseek 8, close 3, close_range 436, dup 32, dup2 33, dup3 292, fcntl 72, pipe 22, pipe2 293
  shutdown 48, getsockname 51, getpeername 52, getsockopt 55
  poll 7, ppoll 271, select 23, pselect6 270, epoll_create1 291, epoll_ctl 233, epoll_wait 232, epoll_pwait 281, epoll_pwait2 441, eventfd2 290, timerfd_create 283, timerfd_settime 286, timerfd_gettime 287
  open 2, openat 257, openat2 437, access 21, faccessat 269, faccessat2 439, stat 4, lstat 6, fstat 5, newfstatat 262, statx 332, statfs 137, fstatfs 138, readlink 89, readlinkat 267, getdents64 217, getcwd 79, chdir 80, fadvise64 221
  mmap 9, mprotect 10, munmap 11, mremap 25, brk 12, madvise 28, mlock 149, munlock 150, mincore 27, msync 26, get_mempolicy 239, set_mempolicy 238, mbind 237, membarrier 324
  pkey_alloc 330, pkey_free 331, pkey_mprotect 329
  rt_sigaction 13, rt_sigprocmask 14, rt_sigreturn 15, rt_sigtimedwait 128, rt_sigsuspend 130, rt_sigpending 127, sigaltstack 131, tgkill 234, pause 34
  clock_gettime 228, clock_getres 229, clock_nanosleep 230, nanosleep 35, gettimeofday 96, time 201, times 100, getitimer 36
  getpid 39, gettid 186, getppid 110, getuid 102, geteuid 107, getgid 104, getegid 108, getresuid 118, getresgid 120, getgroups 115, getpgrp 111, capget 125
  uname 63, sysinfo 99, getrlimit 97, prlimit64 302, getrusage 98, getcpu 309, getrandom 318, getpriority 140, umask 95
  sched_yield 24, sched_getaffinity 204, sched_setaffinity 203, sched_getparam 143, sched_getscheduler 145, sched_get_priority_max 146, sched_get_priority_min 147
  futex 202, futex_waitv 449, set_robust_list 273, get_robust_list 274, set_tid_address 218, rseq 334, arch_prctl 158, restart_syscall 219
  execve 59, exit 60, exit_group 231, wait4 61, waitid 247
`);

/**
 * What no decoder ever asks for, and an intruder does first: sockets of every family, other processes, mounts, keys, namespaces, other
 * persons' ids, the kernel itself. Whoever asks is killed, so that the footage which made it ask is known for what it is.
 */
const DEADLY = numbers(`
  socket 41, connect 42, bind 49, listen 50, accept 43, accept4 288, sendto 44, sendmsg 46, sendmmsg 307
  ptrace 101, process_vm_readv 310, process_vm_writev 311, kcmp 312, pidfd_open 434, pidfd_getfd 438, pidfd_send_signal 424
  mount 165, umount2 166, pivot_root 155, chroot 161, fsopen 430, fsmount 432, fsconfig 431, fspick 433, move_mount 429, open_tree 428, mount_setattr 442, setns 308, unshare 272
  add_key 248, request_key 249, keyctl 250, bpf 321, perf_event_open 298, userfaultfd 323, name_to_handle_at 303, open_by_handle_at 304
  init_module 175, finit_module 313, delete_module 176, kexec_load 246, kexec_file_load 320, reboot 169, swapon 167, swapoff 168, acct 163, syslog 103, quotactl 179
  iopl 172, ioperm 173, modify_ldt 154, mknod 133, mknodat 259, setuid 105, setgid 106, setreuid 113, setregid 114, setresuid 117, setresgid 119, setgroups 116, setfsuid 122, setfsgid 123, capset 126
  settimeofday 164, clock_settime 227, adjtimex 159, clock_adjtime 305, sethostname 170, setdomainname 171, lookup_dcookie 212, vhangup 153, fanotify_init 300
`);

/** Allowed for some of their arguments alone: threads yes, processes and namespaces no; of devices what a pipe is asked; names of threads. */
const CLONE = 56;
const IOCTL = 16;
const PRCTL = 157;
/** Answered as by an older kernel, so that the C library falls back on `clone`, whose flags can be looked at. */
const CLONE3 = 435;

const CLONE_THREAD = 0x0001_0000;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x7e02_0000;
/** TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX. */
const REQUESTS = [0x5401, 0x5413, 0x541b, 0x5421, 0x5451];
/** PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_GET_NO_NEW_PRIVS, PR_SET_VMA. */
const OPTIONS = [3, 15, 16, 23, 39, 0x53564d41];

const AUDIT_ARCH_X86_64 = 0xc000_003e;
/** System calls of the x32 ABI have this bit; they are another list that nobody here needs. */
const X32 = 0x4000_0000;

const EPERM = 1;
const ENOSYS = 38;
const KILL_PROCESS = 0x8000_0000;
const ALLOW = 0x7fff_0000;
const errno = (code: number): number => 0x0005_0000 | code;

/** Offsets in `struct seccomp_data`; arguments are looked at by their lower halves, which is where all of these are. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;

/** One instruction of classic BPF. */
interface Instruction {
  readonly code: number;
  readonly jumpTrue?: number;
  readonly jumpFalse?: number;
  readonly value: number;
}

const load = (value: number): Instruction => ({ code: 0x20, value });
const ret = (value: number): Instruction => ({ code: 0x06, value });
const jump = (code: number, value: number, jumpTrue: number, jumpFalse: number): Instruction => ({
  code,
  jumpTrue,
  jumpFalse,
  value,
});
const ifEqual = (value: number, yes: number, no: number): Instruction => jump(0x15, value, yes, no);
const ifAtLeast = (value: number, yes: number, no: number): Instruction => jump(0x35, value, yes, no);
const ifAnyBit = (value: number, yes: number, no: number): Instruction => jump(0x45, value, yes, no);

/** For one system call: the block decides it; any other goes on behind it. */
const only = (number: number, block: readonly Instruction[]): readonly Instruction[] => [
  ifEqual(number, 0, block.length),
  ...block,
];

/** For one system call, an argument of a list; anything else is refused. */
const oneOf = (number: number, argument: number, values: readonly number[]): readonly Instruction[] =>
  only(number, [load(argument), ...values.flatMap((value) => [ifEqual(value, 0, 1), ret(ALLOW)]), ret(errno(EPERM))]);

const FILTER: readonly Instruction[] = [
  load(ARCHITECTURE),
  ifEqual(AUDIT_ARCH_X86_64, 1, 0),
  ret(KILL_PROCESS),
  load(NUMBER),
  ifAtLeast(X32, 0, 1),
  ret(KILL_PROCESS),
  ...ALLOWED.flatMap((number) => only(number, [ret(ALLOW)])),
  ...only(CLONE, [
    load(FIRST_ARGUMENT),
    ifAnyBit(NEW_NAMESPACES, 0, 1),
    ret(KILL_PROCESS),
    ifAnyBit(CLONE_THREAD, 0, 1),
    ret(ALLOW),
    ret(errno(EPERM)),
  ]),
  ...oneOf(IOCTL, SECOND_ARGUMENT, REQUESTS),
  ...oneOf(PRCTL, FIRST_ARGUMENT, OPTIONS),
  ...only(CLONE3, [ret(errno(ENOSYS))]),
  ...DEADLY.flatMap((number) => only(number, [ret(KILL_PROCESS)])),
  ret(errno(EPERM)),
];

/** The program as bubblewrap reads it (`struct sock_filter[]`). Throws E_MEDIA_JAIL on a processor whose system calls it does not know. */
export function systemCallFilter(architecture: string = process.arch): Buffer {
  if (architecture !== 'x64')
    throw new AppError('E_MEDIA_JAIL', { detail: `no filter of system calls for ${architecture}` });
  const bytes = Buffer.alloc(FILTER.length * 8);
  for (const [index, { code, jumpTrue = 0, jumpFalse = 0, value }] of FILTER.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
