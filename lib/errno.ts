// SPDX-License-Identifier: MIT
//
// Linux's errno numbers that decide something here, as the addon returns them.
import { constants } from 'node:os';

export const EBADF = constants.errno.EBADF;
export const ENOTSOCK = constants.errno.ENOTSOCK;
export const EAGAIN = constants.errno.EAGAIN;
export const EINVAL = constants.errno.EINVAL;
export const ENOSPC = constants.errno.ENOSPC;
export const ENOTCONN = constants.errno.ENOTCONN;
export const EPIPE = constants.errno.EPIPE;
export const EMFILE = constants.errno.EMFILE;
export const ENFILE = constants.errno.ENFILE;
export const ENOBUFS = constants.errno.ENOBUFS;
export const ENOMEM = constants.errno.ENOMEM;
export const ENETDOWN = constants.errno.ENETDOWN;
export const ENETUNREACH = constants.errno.ENETUNREACH;
export const EHOSTUNREACH = constants.errno.EHOSTUNREACH;
export const ENOSYS = constants.errno.ENOSYS;
export const EADDRNOTAVAIL = constants.errno.EADDRNOTAVAIL;
export const EAFNOSUPPORT = constants.errno.EAFNOSUPPORT;
export const ENOPROTOOPT = constants.errno.ENOPROTOOPT;
export const EPROTONOSUPPORT = constants.errno.EPROTONOSUPPORT;

/** Not among os.constants. */
export const ESOCKTNOSUPPORT = 94;
export const ENOSTR = constants.errno.ENOSTR;
