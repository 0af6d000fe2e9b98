# The only place that maps an instruction set to compiler options.
# lar_isa_sources(TARGET ISA file...) builds the files with the options of ISA and adds them to
# TARGET; on another processor family it adds nothing. Nothing else is built with ISA options:
# an inline function compiled twice under two option sets may be merged into the faster one and
# crash an older processor.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64|AMD64")
  set(LAR_ARCH x86)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(LAR_ARCH arm)
else()
  set(LAR_ARCH other)
endif()

set(LAR_ISA_avx2 x86 -mavx2 -mfma -mf16c -mbmi2)
set(LAR_ISA_avx512 x86 -mavx2 -mfma -mf16c -mbmi2 -mavx512f -mavx512bw -mavx512dq -mavx512vl
    -mavx512vnni -mavx512vbmi -mprefer-vector-width=512)
set(LAR_ISA_neon arm -march=armv8.2-a+dotprod+fp16)
set(LAR_ISA_i8mm arm -march=armv8.2-a+dotprod+fp16+i8mm)

function(lar_isa_sources target isa)
  list(GET LAR_ISA_${isa} 0 arch)
  if(NOT arch STREQUAL LAR_ARCH)
    return()
  endif()
  list(SUBLIST LAR_ISA_${isa} 1 -1 options)
  set(object ${target}_${isa})
  add_library(${object} OBJECT ${ARGN})
  target_link_libraries(${object} PRIVATE lar_options)
  # Checks of every access in code that is inlined as far as this take minutes to optimise.
  set(level -O3)
  if(LAR_SANITIZE)
    set(level -O1)
  endif()
  # GCC 12 takes the undefined inputs of its own intrinsics for mistakes (its bug 105593).
  target_compile_options(${object} PRIVATE ${options} ${level}
    $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${object}>)
  target_compile_definitions(${target} PUBLIC LAR_HAVE_ISA_${isa}=1)
endfunction()
