/* The demo model's file as bytes of the program, aligned as its tensors want. */
    .section .rodata
    .balign 64
    .global lar_demo_model_begin
    .global lar_demo_model_end
    .hidden lar_demo_model_begin
    .hidden lar_demo_model_end
lar_demo_model_begin:
    .incbin LAR_DEMO_MODEL
lar_demo_model_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
