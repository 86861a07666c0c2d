// Package onednn is the fast CPU backend of the engine: convolutions by oneDNN, everything
// else by own vectorised C kernels. Without the build tag onednn it is empty, so that the
// program builds where the library is missing.
//
// The tag needs oneDNN 2.x or 3.x (Debian: libdnnl-dev) and a C compiler; where the library
// lies outside the compiler's paths, set CGO_CFLAGS and CGO_LDFLAGS.
//
//   - conv.go, conv.c: convolution commands; oneDNN's API of major version 2 and 3 in one place.
//     depthwise.c: most depthwise convolutions, for which oneDNN has slower code.
//   - combine.go, reduce.go, norm.go, pool.go, linear.go, loss.go, vector.go: one command each
//     (or a few of a kind), with the C file of the same name that drives it.
//   - kernels_v4.c, kernels_v3.c, kernels_base.c: the inner loops (*_loops.h) compiled for
//     AVX-512, AVX2 and any machine. The choice is oneDNN's, so ONEDNN_MAX_CPU_ISA holds for both.
//   - command.go, check.go: what all commands share; backend.c: the same on the C side.
//
// Activations stay NHWC and are never reordered. Weights are reordered inside the command into
// what the convolution prefers, through memory that all commands of a backend share. A command
// is one call from Go to C and allocates nothing.
package onednn
