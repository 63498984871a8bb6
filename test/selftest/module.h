/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking the module away and loading it again.
 */
#ifndef _MODULE_H
#define _MODULE_H

/* Remove it as soon as no socket is left that is still saying goodbye. */
void module_remove(void);
void module_insert(void);
/* One attempt each, which returns what the system call does. */
int module_try_remove(void);
int module_try_insert(void);

#endif /* _MODULE_H */
