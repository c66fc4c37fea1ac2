"""What customers write: ready sentences in Finnish, Swedish and English, made once and then only picked."""
