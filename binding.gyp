# SPDX-License-Identifier: MIT
#
# npm run build:addon                                  libquic's sources compiled into the addon
# npm run build:addon -- --kquic_system_libquic=1      an installed libquic, found with pkg-config
{
  'variables': {
    'kquic_system_libquic%': '0',
  },
  'targets': [
    {
      'target_name': 'kquic',
      'conditions': [
        ['OS!="linux"', {'type': 'none'}],
        ['OS=="linux"', {
          'sources': [
            'addon/addon.cc',
            'addon/address.cc',
            'addon/anti_replay.cc',
            'addon/client_hello.cc',
            'addon/completions.cc',
            'addon/credentials.cc',
            'addon/handshake.cc',
            'addon/message.cc',
            'addon/poll_handle.cc',
            'addon/psk.cc',
            'addon/resumption.cc',
            'addon/send_file.cc',
            'addon/socket_options.cc',
            'addon/syscalls.cc',
            'addon/tls_session.cc',
            'addon/worker_pool.cc',
          ],
          'include_dirs': [
            '<!(node -p "require(\'node-addon-api\').include_dir")',
            'module/include/uapi',
          ],
          # A call that Node refuses ends the function that made it; in a thread that is being terminated
          # Node refuses the exception as well, which is no reason to abort the process.
          'defines': [
            'NAPI_VERSION=8',
            'NAPI_CPP_EXCEPTIONS',
            'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
            '_GNU_SOURCE',
          ],
          'cflags_cc!': ['-fno-exceptions'],
          'cflags': ['-Wall', '-Wextra', '-fvisibility=hidden', '<!@(pkg-config --cflags gnutls)'],
          'cflags_cc': ['-std=c++17'],
          'libraries': ['<!@(pkg-config --libs gnutls)', '-lpthread'],
          'conditions': [
            ['kquic_system_libquic==1', {
              'cflags': ['<!@(pkg-config --cflags libquic)'],
              'libraries': ['<!@(pkg-config --libs libquic)'],
            }, {
              'sources': ['<!@(ls libquic/*.c)'],
              'include_dirs': ['libquic/include', 'libquic'],
            }],
          ],
        }],
      ],
    },
  ],
}
