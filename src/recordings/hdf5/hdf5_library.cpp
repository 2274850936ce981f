#include "recordings/hdf5/hdf5_library.h"

#include "core/shared_library.h"

namespace beatbench {

const Hdf5Library& hdf5() {
  static const Hdf5Library library = [] {
    // Debian 12 and 13, then other systems' names.
    const SharedLibrary found =
        open_system_library({"libhdf5_serial.so.103", "libhdf5_serial.so.310", "libhdf5.so.103", "libhdf5.so.200",
                             "libhdf5.so.310", "libhdf5_serial.so", "libhdf5.so"},
                            "reading HDF5");
    Hdf5Library functions;
#define BEATBENCH_LOAD(name) functions.name = reinterpret_cast<decltype(&::name)>(found.symbol(#name));
    BEATBENCH_HDF5_FUNCTIONS(BEATBENCH_LOAD)
#undef BEATBENCH_LOAD
    functions.H5open();
    functions.native_float = *static_cast<const hid_t*>(found.variable("H5T_NATIVE_FLOAT_g"));
    functions.native_int64 = *static_cast<const hid_t*>(found.variable("H5T_NATIVE_INT64_g"));
    return functions;
  }();
  return library;
}

}  // namespace beatbench
