# The commands that people need; CMake does the work (see CMakePresets.json).
.PHONY: run build test test-slow test-clients bench bench-serve soak kills format format-check asan tsan fuzz gcc arm64 packages clean

# clang builds the faster kernels; any C++23 compiler will do.
JOBS ?= $(shell nproc)
CONFIGURE := cmake -DCMAKE_CXX_COMPILER=$$(command -v clang++-19 || echo c++)

# Installs what is missing, builds, and lets the embedded demo model answer.
run: build
	@echo
	@echo '>>> how do I keep a model in memory?'
	@build/release/lar run demo "how do I keep a model in memory?"
	@echo
	@echo '(talk to it: build/release/lar run demo; all commands: build/release/lar --help)'

build: packages
	@$(CONFIGURE) --preset release --log-level=WARNING
	@cmake --build build/release --target lar -j $(JOBS)

# Builds everything and runs all fast tests.
test: packages
	@$(CONFIGURE) --preset release --log-level=WARNING
	@cmake --build build/release -j $(JOBS)
	@ctest --test-dir build/release -LE 'slow|fuzz|clients' -j $(JOBS) --output-on-failure

test-slow: packages
	@$(CONFIGURE) --preset release --log-level=WARNING
	@cmake --build build/release -j $(JOBS)
	@ctest --test-dir build/release -L slow --output-on-failure

# Official clients of Ollama, OpenAI and Anthropic, installed from their package registries.
test-clients: packages
	@$(CONFIGURE) --preset release --log-level=WARNING
	@cmake --build build/release -j $(JOBS)
	@ctest --test-dir build/release -L clients --output-on-failure

bench: packages
	@$(CONFIGURE) --preset release --log-level=WARNING -DLAR_BENCH=ON
	@cmake --build build/release -j $(JOBS)
	@build/release/lar bench demo -p 512 -n 128
	@build/release/bench/kernels/kernels_bench

# MODEL=file.gguf make bench-serve; LAR_BENCH_PEER="/path/llama-server [options]" measures it beside.
bench-serve: packages
	@test -n "$(MODEL)" || { echo 'MODEL=file.gguf make bench-serve'; exit 2; }
	@$(CONFIGURE) --preset release --log-level=WARNING -DLAR_BENCH=ON
	@cmake --build build/release --target lar serve_bench -j $(JOBS)
	@build/release/bench/serve/serve_bench build/release/lar $(MODEL)

# MODEL=file.gguf make soak: half an hour of mixed load, and what it leaves behind.
soak: build
	@test -n "$(MODEL)" || { echo 'MODEL=file.gguf make soak'; exit 2; }
	@bench/serve/soak.py build/release/lar $(MODEL) $${LAR_SOAK_MINUTES:-30}

# MODEL=file.gguf make kills: a hundred runners killed under load, and what their clients are told.
kills: build
	@test -n "$(MODEL)" || { echo 'MODEL=file.gguf make kills'; exit 2; }
	@bench/serve/kills.py build/release/lar $(MODEL)

# The same tests under the sanitizers; the fuzz preset has ASan and UBSan too.
asan: packages
	@cmake --preset asan --log-level=WARNING
	@cmake --build --preset asan -j $(JOBS)
	@ctest --test-dir build/asan -LE 'slow|fuzz|clients' -j $(JOBS) --output-on-failure

# What threads touch; one test at a time, since a spin barrier wants its cores.
TSAN_MODULES = base backend engine kernels models runtime
tsan: packages
	@cmake --preset tsan --log-level=WARNING
	@cmake --build --preset tsan -j $(JOBS) --target $(addsuffix _test,$(TSAN_MODULES))
	@ctest --test-dir build/tsan -R '^($(subst $() $(),|,$(TSAN_MODULES)))$$' --output-on-failure

# LAR_FUZZ_SECONDS=600 make fuzz runs each target for ten minutes.
fuzz: packages
	@cmake --preset fuzz --log-level=WARNING -DLAR_FUZZ_SECONDS=$${LAR_FUZZ_SECONDS:-15}
	@cmake --build --preset fuzz -j $(JOBS)
	@ctest --test-dir build/fuzz -L fuzz -j $(JOBS) --output-on-failure

# The program; the tests are built with GCC by `cmake --preset dev` where that is the system's compiler.
gcc: packages
	@cmake --preset gcc --log-level=WARNING
	@cmake --build --preset gcc -j $(JOBS) --target lar

# The kernels for 64-bit Arm, cross-built and run under qemu-user.
arm64: packages
	@cmake --preset arm64 --log-level=WARNING
	@cmake --build --preset arm64 -j $(JOBS)
	@ctest --test-dir build/arm64 --output-on-failure

SOURCES = $(shell git ls-files 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' 'fuzz/*.cpp' 'bench/*.h' 'bench/*.cpp')
format:
	@clang-format-19 -i $(SOURCES)
format-check: packages
	@clang-format-19 --dry-run -Werror $(SOURCES)

packages:
	@packaging/install.sh

clean:
	@rm -rf build
