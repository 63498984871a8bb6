// SPDX-License-Identifier: GPL-2.0-only
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "pattern.h"

uint8_t pattern(size_t i)
{
	return i % 251 + i / 65536;
}

int pattern_file(size_t size)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	uint8_t *data;
	size_t i;

	ASSERT_OK(fd);
	ASSERT_OK(ftruncate(fd, size));
	data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT(data != MAP_FAILED);
	for (i = 0; i < size; i++)
		data[i] = pattern(i);
	munmap(data, size);
	return fd;
}
