# lar_module(NAME SRCS file... [DEPS module...] [LIBS target...])
#   One folder of src/ as one static library `lar_NAME`. DEPS are the modules whose headers
#   it may include (tools/check/tree.py holds the sources to that list); LIBS are packages.
function(lar_module name)
  cmake_parse_arguments(M "" "" "SRCS;DEPS;LIBS" ${ARGN})
  add_library(lar_${name} STATIC ${M_SRCS})
  list(TRANSFORM M_DEPS PREPEND lar_)
  target_link_libraries(lar_${name} PUBLIC lar_options ${M_DEPS} PRIVATE ${M_LIBS})
  lar_use_pch(lar_${name})
endfunction()

# lar_test(MODULE SRCS file... [DEPS module...] [LIBS target...])
#   The tests of one module as one program; it links that module and DEPS alone.
function(lar_test module)
  cmake_parse_arguments(T "SLOW" "" "SRCS;DEPS;LIBS" ${ARGN})
  set(target ${module}_test)
  if(LAR_SANITIZE STREQUAL "thread")
    # These replace operator new, which the thread sanitizer's runtime already does.
    list(FILTER T_SRCS EXCLUDE REGEX "allocation_test.cpp$")
  endif()
  add_executable(${target} ${T_SRCS})
  list(TRANSFORM T_DEPS PREPEND lar_)
  target_link_libraries(${target} PRIVATE lar_${module} ${T_DEPS} lar_test_support ${T_LIBS}
                        GTest::gtest GTest::gmock GTest::gtest_main)
  lar_use_pch(${target})
  add_test(NAME ${module} COMMAND ${target})
  set_tests_properties(${module} PROPERTIES TIMEOUT 900)
  if(T_SLOW)
    set_tests_properties(${module} PROPERTIES LABELS slow)
  endif()
endfunction()

# lar_fuzz(NAME DEPS module... [CORPUS dir])
#   fuzz/NAME_fuzz.cpp with libFuzzer and, where it exists, the dictionary NAME.dict; a smoke run
#   over its corpus is a test labelled `fuzz`.
function(lar_fuzz name)
  cmake_parse_arguments(F "" "" "DEPS;LIBS" ${ARGN})
  set(target ${name}_fuzz)
  add_executable(${target} ${name}_fuzz.cpp)
  list(TRANSFORM F_DEPS PREPEND lar_)
  target_link_libraries(${target} PRIVATE ${F_DEPS} lar_options ${F_LIBS})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  set(seeds ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
  set(dictionary ${CMAKE_CURRENT_SOURCE_DIR}/${name}.dict)
  if(EXISTS ${dictionary})
    set(dictionary_option -dict=${dictionary})
  endif()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/found/${name})
  add_test(NAME fuzz_${name}
    COMMAND ${target} ${dictionary_option} -max_total_time=${LAR_FUZZ_SECONDS} -timeout=5
            -rss_limit_mb=1024
            ${CMAKE_CURRENT_BINARY_DIR}/found/${name} ${seeds})
  set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 1200)
endfunction()
set(LAR_FUZZ_SECONDS 15 CACHE STRING "Seconds a fuzz target runs in the smoke test")

# One precompiled header for all modules and tests; kernels keep out of it (their own ISA flags). The
# two libraries in it are those that many files include and that take the longest to read.
add_library(lar_pch STATIC ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(lar_pch PUBLIC lar_options)
if(LAR_PCH)
  target_precompile_headers(lar_pch PRIVATE
    <algorithm> <array> <atomic> <bit> <chrono> <cmath> <cstddef> <cstdint> <cstring> <expected>
    <functional> <limits> <map> <memory> <mutex> <optional> <span> <string> <string_view>
    <unordered_map> <utility> <variant> <vector> <fmt/format.h> <nlohmann/json.hpp>)
endif()
function(lar_use_pch target)
  if(LAR_PCH)
    target_precompile_headers(${target} REUSE_FROM lar_pch)
  endif()
endfunction()
