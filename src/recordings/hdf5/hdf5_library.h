#pragma once

#include <hdf5.h>

namespace beatbench {

/// The functions of HDF5 that are used here, by their own names.
#define BEATBENCH_HDF5_FUNCTIONS(X)                                                                                 \
  X(H5Aclose)                                                                                                       \
  X(H5Aexists) X(H5Aget_space) X(H5Aget_type) X(H5Aopen) X(H5Aread) X(H5Dclose) X(H5Dget_create_plist)              \
      X(H5Dget_num_chunks) X(H5Dget_space) X(H5Dget_storage_size) X(H5Dget_type) X(H5Dopen2) X(H5Dread)             \
          X(H5Eset_auto2) X(H5Fclose) X(H5Fopen) X(H5Pclose) X(H5Pget_chunk) X(H5Pget_layout) X(H5Sclose)           \
              X(H5Screate_simple) X(H5Sget_simple_extent_dims) X(H5Sget_simple_extent_ndims)                        \
                  X(H5Sget_simple_extent_npoints) X(H5Sselect_hyperslab) X(H5Tclose) X(H5Tget_class) X(H5Tget_size) \
                      X(H5Tis_variable_str) X(H5free_memory) X(H5open)

/// HDF5, opened when the first file of it is read: whichever of its versions 1.10 to 1.14 is installed, with the
/// headers of another one of them; the functions above and the types that they take are the same in all.
struct Hdf5Library {
#define BEATBENCH_DECLARE(name) decltype(&::name) name = nullptr;
  BEATBENCH_HDF5_FUNCTIONS(BEATBENCH_DECLARE)
#undef BEATBENCH_DECLARE
  hid_t native_float = -1, native_int64 = -1;  ///< H5T_NATIVE_FLOAT, H5T_NATIVE_INT64
};

/// @throws Error(unsupported) where HDF5 is not installed.
const Hdf5Library& hdf5();

}  // namespace beatbench
